import type { Json, LayerRole, PolygonLayer, Problem, Refusal, Result } from '../../kernel/index.ts';
import { canonicalJson, err, featureCount, localized, ok } from '../../kernel/index.ts';
import type { Pack } from '../../policy/index.ts';
import type { AnalysisHooks, AnalysisPlan, InputDigest, OverlayFacts, ZoneInput } from '../analysis/index.ts';
import { analyse } from '../analysis/index.ts';
import type { Balance } from '../balance/index.ts';
import { balanceText, buildBalance } from '../balance/index.ts';
import type { Findings } from '../compliance/index.ts';
import { analysisParametersOf, findingsText, judge, reviewThresholdsOf } from '../compliance/index.ts';

/** Where the bytes of an input come from: their hash, and the legal date they speak of where one is known. */
export interface RunSource {
  readonly sha256: string;
  readonly asOf: string | null;
}

/** Everything a run is computed from. Columns of `parcels` carry the survey's own field names (after field mapping). */
export interface RunInput {
  readonly parcels: RunSource & { readonly layer: PolygonLayer };
  readonly zones: readonly (RunSource & ZoneInput)[];
  readonly plan: { readonly sha256: string; readonly plan: AnalysisPlan; readonly problems: readonly Problem[] };
  readonly pack: Pack;
}

export interface RunOutputs {
  /** SHA-256 over what was read and how: hashes, roles, names and CRS of the inputs. Paths and times are not part of it. */
  readonly inputHash: string;
  readonly facts: OverlayFacts;
  readonly balance: Balance;
  readonly findings: Findings;
  /** Bytes of balance.json and findings.json. */
  readonly balanceText: string;
  readonly findingsText: string;
}

export interface RunHooks extends AnalysisHooks {
  /** SHA-256 of a text as lower-case hex: the host brings the fastest it has. */
  readonly sha256: (text: string) => string;
}

/** Share of the work that is the overlay; tables and findings take the rest. */
const OVERLAY_SHARE = 0.95;

/**
 * Overlay, balance and findings of a plan under a pack, in Node, in a worker or in a browser. Nothing in the result
 * depends on the clock, the machine or the place of the files: the same inputs give the same bytes.
 *
 * Refuses what `analyse` refuses (codes ANALYSIS_…, PRODUCT_LAYER_…).
 */
export function runOf(input: RunInput, hooks: RunHooks): Result<RunOutputs, Refusal[]> {
  const { sha256 } = hooks;
  const inputs = inputDigests(input);
  const inputHash = sha256(canonicalJson({ format: 'tianchou.input/1', inputs: inputs as unknown as Json }));
  const overlay = analyse(
    {
      parcels: input.parcels.layer,
      zones: input.zones,
      plan: input.plan.plan,
      parameters: analysisParametersOf(input.pack),
      inputs,
    },
    { ...hooks, onProgress: (fraction) => hooks.onProgress?.(fraction * OVERLAY_SHARE) },
  );
  if (!overlay.ok) return overlay;
  const facts: OverlayFacts = {
    ...overlay.value,
    problems: [...input.plan.problems, ...overlay.value.problems],
  };
  const balance = buildBalance(facts, reviewThresholdsOf(input.pack));
  if (hooks.isCancelled?.() === true) return err([CANCELLED]);
  const findings = judge(
    input.pack,
    balance.figures,
    {
      inputHash,
      projectName: facts.plan.name,
      divisionCode: facts.plan.divisionCode,
      layers: [
        { role: 'parcels', sourceHash: input.parcels.sha256, asOf: input.parcels.asOf },
        ...input.zones.flatMap(({ role, sha256: sourceHash, asOf }) =>
          role === null ? [] : [{ role, sourceHash, asOf }],
        ),
        { role: 'project', sourceHash: input.plan.sha256, asOf: null },
      ],
    },
    { sha256 },
  );
  hooks.onProgress?.(1);
  return ok({
    inputHash,
    facts,
    balance,
    findings,
    balanceText: balanceText(facts, balance),
    findingsText: findingsText(findings),
  });
}

const CANCELLED: Refusal = {
  code: 'ANALYSIS_CANCELLED',
  message: localized('分析已取消', 'the analysis was cancelled'),
  remedy: localized('需要时重新运行', 'Run it again when needed.'),
};

function inputDigests(input: RunInput): InputDigest[] {
  const digest = (role: LayerRole | null, name: string, hash: string, layer: PolygonLayer): InputDigest => ({
    role,
    name,
    sha256: hash,
    features: featureCount(layer),
    epsg: layer.epsg,
  });
  return [
    digest('parcels', 'parcels', input.parcels.sha256, input.parcels.layer),
    ...input.zones.map((zone) => digest(zone.role, zone.name, zone.sha256, zone.layer)),
    digest('project', 'project', input.plan.sha256, input.plan.plan.boundary),
  ];
}
