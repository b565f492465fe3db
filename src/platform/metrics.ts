import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

// Measures of this process, for Prometheus. Labels come from closed lists in the source (route patterns, classes, states):
// never an identifier, a name or an address, so that they stay few and say nothing of anybody.

/** All measures of the main thread. */
export const registry = new Registry();
collectDefaultMetrics({ register: registry });
const registers = [registry];

export const requestSeconds = new Histogram({
  name: 'tianchou_http_request_duration_seconds',
  help: 'Time from the arrival of a request to its answer, by route pattern and class of status',
  labelNames: ['method', 'route', 'status'] as const,
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
  registers,
});
export const requestsInFlight = new Gauge({
  name: 'tianchou_http_requests_in_flight',
  help: 'Requests being answered',
  registers,
});
export const turnedAway = new Counter({
  name: 'tianchou_http_turned_away_total',
  help: 'Requests answered 429, by class and reason (address, actor: asked too often; load: too much at work)',
  labelNames: ['class', 'because'] as const,
  registers,
});
export const bodiesCutOff = new Counter({
  name: 'tianchou_http_bodies_cut_off_total',
  help: 'Requests ended because their body came too slowly',
  registers,
});
const signInFailures = new Counter({
  name: 'tianchou_sign_in_failures_total',
  help: 'Failed sign-ins, by reason',
  labelNames: ['reason'] as const,
  registers,
});
const faults = new Counter({
  name: 'tianchou_internal_faults_total',
  help: 'Requests answered 500',
  registers,
});

export type SignInFailure = 'credentials' | 'locked' | 'secondFactor' | 'expired' | 'provider';

/** Counts a sign-in that failed. Called where it fails; never with a name. */
export function countSignInFailure(reason: SignInFailure): void {
  signInFailures.inc({ reason });
}

/** Counts a request that ended in an internal fault. */
export function countFault(): void {
  faults.inc();
}

/** A measure that is looked up when somebody asks: rows of labels and value. */
export function watch(
  name: string,
  help: string,
  labelNames: readonly string[],
  rows: () => Promise<readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[]>,
): void {
  registry.removeSingleMetric(name);
  new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers,
    async collect() {
      this.reset();
      for (const [labels, value] of await rows()) this.set(labels, value);
    },
  });
}

/** Everything, in Prometheus' text format. */
export async function metricsText(): Promise<{ readonly type: string; readonly text: string }> {
  return { type: registry.contentType, text: await registry.metrics() };
}
