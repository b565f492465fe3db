/**
 * Questions asked while the program itself still loads. The first who asks the same takes the answer; later ones ask anew.
 */
const answers = new Map<string, { readonly answer: Promise<Response>; readonly askedAt: number }>();

/** An answer nobody took for so long is of another moment. */
const FRESH_MILLISECONDS = 10_000;

/** Asks now; whoever calls `takeEarly` with the same path gets this answer. */
export function askEarly(path: string): Promise<Response> {
  const answer = fetch(path);
  answers.set(path, { answer, askedAt: performance.now() });
  // A failure is told to whoever takes the answer.
  answer.catch(() => undefined);
  return answer;
}

/** The answer asked for before, once; undefined where there is none or it is no longer fresh. */
export function takeEarly(path: string): Promise<Response> | undefined {
  const early = answers.get(path);
  answers.delete(path);
  return early !== undefined && performance.now() - early.askedAt < FRESH_MILLISECONDS ? early.answer : undefined;
}

/** What the map page needs before it can draw: its county's layers, after the list of counties where none is named. */
export async function askForMap(county: string | null): Promise<void> {
  let code = county;
  const counties = askEarly('/api/divisions?level=county');
  if (code === null || code === '') {
    const answer = (await counties).clone();
    const list = (await answer.json()) as readonly { readonly code: string }[];
    code = list[0]?.code ?? '';
  }
  if (code !== '') void askEarly(`/api/layers?county=${encodeURIComponent(code)}`);
}
