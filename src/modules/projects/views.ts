import type { AreaDm2, Refusal } from '../../kernel/index.ts';

/** GET /api/projects → ProjectView[]; POST /api/projects (multipart: file = plan) → ProjectView or refusals. */
export interface ProjectView {
  readonly projectId: string;
  readonly countyCode: string;
  readonly name: string;
  readonly type: string | null;
  readonly contents: readonly string[];
  readonly plotCount: number;
  readonly areaDm2: AreaDm2 | null;
  readonly box: readonly [number, number, number, number] | null;
  readonly planHash: string;
  readonly remarks: readonly Refusal[];
  readonly createdAt: string;
}
/* GET /api/projects/:id/plan.geojson → FeatureCollection in 4490; properties.layer says project | plots | basicFarmlandChange. */
