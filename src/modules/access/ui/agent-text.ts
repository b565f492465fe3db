const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg\/([\d]+)/, 'Edge'],
  [/OPR\/([\d]+)/, 'Opera'],
  [/Firefox\/([\d]+)/, 'Firefox'],
  [/Chrome\/([\d]+)/, 'Chrome'],
  [/Version\/([\d]+).*Safari/, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Windows/, 'Windows'],
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** `Chrome 139 · Linux`, or the program's own words; null where it said nothing. */
export function agentText(agent: string | null): string | null {
  if (agent === null || agent === '') return null;
  const browser = BROWSERS.find(([pattern]) => pattern.test(agent));
  if (browser === undefined) return agent.slice(0, 60);
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent));
  return `${browser[1]} ${browser[0].exec(agent)![1]}${system === undefined ? '' : ` · ${system[1]}`}`;
}
