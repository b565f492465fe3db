import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/kernel/index.ts';
import type { ImportView } from '../../src/modules/intake/views.ts';

/** How often an operation on an object was acknowledged, and how often nobody knows: the answer did not arrive. */
export interface Tried {
  acknowledged: number;
  unknown: number;
}

/** What an acknowledged write promises of the state, whatever happens afterwards. */
export type Promised =
  | { readonly kind: 'organisation'; readonly id: string; closed: boolean }
  | { readonly kind: 'division'; readonly id: string }
  | { readonly kind: 'import'; readonly id: string; readonly jobId: string; end: 'discarded' | 'undone' | null }
  | { readonly kind: 'job'; readonly id: string; readonly cancelled: boolean }
  | { readonly kind: 'withdrawn'; readonly id: string }
  | { readonly kind: 'project'; readonly id: string }
  | { readonly kind: 'run'; readonly id: string; readonly jobId: string };

/** What all writers know together. */
export interface Book {
  /** By audit operation and object. */
  readonly tried: Map<string, Tried>;
  readonly promised: Promised[];
  acknowledged: number;
  /** Answers by what they said: `201`, `409 IMPORT-NOT-NOW`, `no answer`. */
  readonly answers: Map<string, number>;
}

export function newBook(): Book {
  return { tried: new Map(), promised: [], acknowledged: 0, answers: new Map() };
}

export interface WriterOptions {
  readonly url: string;
  readonly county: string;
  readonly name: string;
  readonly random: Random;
  readonly book: Book;
  /** Writers wait here while the drill looks at what there is. */
  readonly gate: () => Promise<void>;
  readonly stopped: () => boolean;
  /** A layer of survey parcels (FlatGeobuf), and a plan (GeoPackage). */
  readonly layer: Blob;
  readonly plan: Blob;
  /** Multiplies the share of operations that make work for jobs. */
  readonly heavy: number;
}

type Answer = { readonly status: number; readonly body: Record<string, unknown> } | 'unknown';

const ANSWER_MILLISECONDS = 30_000;

/** Does one real operation after the other through the API until it is stopped, and keeps book of what was acknowledged. */
export async function write(options: WriterOptions): Promise<void> {
  const { url, county, name, random, book } = options;
  let count = 0;
  const organisations: string[] = [];
  const imports: { id: string; promised: Extract<Promised, { kind: 'import' }> }[] = [];
  const projects: string[] = [];

  const call = async (method: string, path: string, role: string, body?: unknown): Promise<Answer> => {
    const form = body instanceof FormData;
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          'x-drill-actor': `${name}/${role}`,
          ...(form || body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
      });
      const text = await response.text();
      const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      note(method === 'GET' ? null : `${response.status}${response.ok ? '' : ` ${String(json['code'])}`}`);
      // Nobody knows what became of it either where the server says that the database went away under it.
      return response.status >= 500 ? 'unknown' : { status: response.status, body: json };
    } catch {
      note(method === 'GET' ? null : 'no answer');
      await sleep(50);
      return 'unknown';
    }
  };
  const note = (said: string | null): void => {
    if (said !== null) book.answers.set(said, (book.answers.get(said) ?? 0) + 1);
  };
  /** Notes an operation on an object whose name is known before the answer. */
  const counted = (operation: string, objectId: string, answer: Answer): boolean => {
    const key = `${operation} ${objectId}`;
    const tried = book.tried.get(key) ?? { acknowledged: 0, unknown: 0 };
    book.tried.set(key, tried);
    if (answer === 'unknown') tried.unknown++;
    else if (answer.status < 300) {
      tried.acknowledged++;
      book.acknowledged++;
      return true;
    }
    return false;
  };
  const ok = (answer: Answer): answer is Exclude<Answer, 'unknown'> => answer !== 'unknown' && answer.status < 300;
  const pick = <T>(list: readonly T[]): T | undefined => (list.length === 0 ? undefined : random.pick(list));
  const look = async (importId: string): Promise<ImportView | undefined> => {
    const answer = await call('GET', `/api/imports/${importId}`, 'clerk');
    return ok(answer) ? (answer.body as unknown as ImportView) : undefined;
  };
  const forget = (importId: string): void => {
    const at = imports.findIndex(({ id }) => id === importId);
    if (at >= 0) imports.splice(at, 1);
  };

  const createOrganisation = async (): Promise<void> => {
    const body = { divisionCode: county, name: `${name} ${++count} ${random.integer(0, 1e9)}`, kind: 'township' };
    const answer = await call('POST', '/api/organisations', 'securityAdministrator', body);
    if (!ok(answer)) return;
    const id = String(answer.body['organisationId']);
    counted('access.createOrganisation', id, answer);
    book.promised.push({ kind: 'organisation', id, closed: false });
    organisations.push(id);
  };
  const closeOrganisation = async (): Promise<void> => {
    const id = organisations.shift();
    if (id === undefined) return;
    const answer = await call('POST', `/api/organisations/${id}/close`, 'securityAdministrator');
    if (counted('access.closeOrganisation', id, answer)) book.promised.push({ kind: 'organisation', id, closed: true });
  };
  const addDivision = async (): Promise<void> => {
    const code = `${county}${String(random.integer(0, 999)).padStart(3, '0')}`;
    const answer = await call('POST', '/api/divisions', 'systemAdministrator', { code, nameZh: code, nameEn: code });
    if (counted('access.addDivision', code, answer)) book.promised.push({ kind: 'division', id: code });
  };
  const upload = async (): Promise<void> => {
    if (imports.length > 6) return act();
    const form = new FormData();
    form.set('countyCode', county);
    form.set('role', 'parcels');
    form.set('asOf', '2025-12-31');
    form.set('file', options.layer, 'parcels.fgb');
    const answer = await call('POST', '/api/imports', 'clerk', form);
    if (!ok(answer)) return;
    const { importId, jobId } = answer.body as unknown as ImportView;
    counted('intake.create', importId, answer);
    const promised = { kind: 'import', id: importId, jobId: jobId!, end: null } as const;
    book.promised.push(promised);
    imports.push({ id: importId, promised: { ...promised } });
    if (random.next() < 0.2) await cancel(jobId!);
  };
  const cancel = async (jobId: string): Promise<void> => {
    const answer = await call('POST', `/api/jobs/${jobId}/cancel`, 'clerk');
    if (counted('jobs.cancel', jobId, answer)) book.promised.push({ kind: 'job', id: jobId, cancelled: true });
  };
  /** The next step of one of the imports, as its state asks for. */
  const act = async (): Promise<void> => {
    const chosen = pick(imports);
    if (chosen === undefined) return;
    const { id, promised } = chosen;
    const view = await look(id);
    if (view === undefined) return;
    if (view.jobId !== null) {
      if (random.next() < 0.05) await cancel(view.jobId);
      return;
    }
    if (view.state === 'staged') {
      const what = random.next();
      if (what < 0.2) {
        const mapping = { mapping: [{ source: 'QSDWMC', target: null }] };
        counted('intake.correct', id, await call('PUT', `/api/imports/${id}/mapping`, 'clerk', mapping));
      } else if (what < 0.7) {
        const answer = await call('POST', `/api/imports/${id}/commit`, 'clerk', { choice: 'goodRows' });
        counted('intake.commit', id, answer);
      } else await discard(id, promised);
    } else if (view.state === 'committed') {
      const version = view.layerVersionId!;
      const what = random.next();
      if (what < 0.3) {
        const answer = await call('POST', `/api/layers/${version}/quality`, 'clerk');
        if (counted('quality.start', version, answer)) {
          const { jobId } = (answer as unknown as { body: { jobId: string } }).body;
          book.promised.push({ kind: 'job', id: jobId, cancelled: false });
        }
      } else if (what < 0.8) {
        const answer = await call('POST', `/api/imports/${id}/undo`, 'clerk');
        if (counted('parcels.withdraw', version, answer)) {
          book.promised.push({ ...promised, end: 'undone' });
          forget(id);
        }
      } else {
        const answer = await call('POST', `/api/layers/${version}/withdraw`, 'clerk');
        if (counted('parcels.withdraw', version, answer)) {
          book.promised.push({ kind: 'withdrawn', id: version });
          forget(id);
        }
      }
    } else if (['failed', 'cancelled'].includes(view.state)) await discard(id, promised);
    else forget(id);
  };
  const discard = async (id: string, promised: Extract<Promised, { kind: 'import' }>): Promise<void> => {
    if (!counted('intake.discard', id, await call('POST', `/api/imports/${id}/discard`, 'clerk'))) return;
    book.promised.push({ ...promised, end: 'discarded' });
    forget(id);
  };
  const createProject = async (): Promise<void> => {
    const form = new FormData();
    form.set('countyCode', county);
    form.set('file', options.plan, 'plan.gpkg');
    const answer = await call('POST', '/api/projects', 'clerk', form);
    if (!ok(answer)) return;
    const id = String(answer.body['projectId']);
    counted('projects.create', id, answer);
    book.promised.push({ kind: 'project', id });
    projects.push(id);
  };
  const startRun = async (): Promise<void> => {
    const project = pick(projects);
    if (project === undefined) return createProject();
    const answer = await call('POST', `/api/projects/${project}/runs`, 'clerk', { packId: 'haining-2021' });
    if (!ok(answer)) return;
    const { runId, jobId } = answer.body as { runId: string; jobId: string };
    counted('projects.startRun', runId, answer);
    book.promised.push({ kind: 'run', id: runId, jobId });
  };

  const { heavy } = options;
  const steps: readonly (readonly [weight: number, step: () => Promise<void>])[] = [
    [40, createOrganisation],
    [25, closeOrganisation],
    [10, addDivision],
    [6 * heavy, upload],
    [14 * heavy, act],
    [1.5 * heavy, createProject],
    [0.6 * heavy, startRun],
  ];
  const total = steps.reduce((sum, [weight]) => sum + weight, 0);
  while (!options.stopped()) {
    await options.gate();
    let left = random.next() * total;
    const step = steps.find(([weight]) => (left -= weight) < 0) ?? steps[0]!;
    await step[1]();
  }
}
