/** Time one phase took. */
export interface PhaseTime {
  readonly phase: string;
  readonly layer?: string;
  readonly wall_seconds: number;
  readonly cpu_seconds: number;
}

/** Measures phases one after the other; processor time is that of the whole process, user and system. */
export interface PhaseClock {
  run<T>(phase: string, layer: string | undefined, work: () => Promise<T> | T): Promise<T>;
  /** All phases so far; those of one name and layer are added up. */
  phases(): PhaseTime[];
  /** Since the process began. */
  total(): { readonly wall_seconds: number; readonly cpu_seconds: number };
}

export function phaseClock(): PhaseClock {
  const times = new Map<string, { phase: string; layer: string | undefined; wall: number; cpu: number }>();
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  return {
    async run(phase, layer, work) {
      const [wall, cpu] = [performance.now(), cpuSeconds()];
      const value = await work();
      const key = `${phase}\0${layer ?? ''}`;
      const time = times.get(key) ?? { phase, layer, wall: 0, cpu: 0 };
      time.wall += (performance.now() - wall) / 1000;
      time.cpu += cpuSeconds() - cpu;
      times.set(key, time);
      return value;
    },
    phases: () =>
      [...times.values()].map(({ phase, layer, wall, cpu }) => ({
        phase,
        ...(layer === undefined ? {} : { layer }),
        wall_seconds: rounded(wall),
        cpu_seconds: rounded(cpu),
      })),
    total: () => ({ wall_seconds: rounded(process.uptime()), cpu_seconds: rounded(cpuSeconds()) }),
  };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1e4) / 1e4;
}

/** Most memory the process ever held, bytes. */
export function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
