// The JSON paths of EventBridge: into an event, for what a target gets of it.

const STEP = /\.([\w\-/]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]|\[?(\*)\]?/y;

type Shape = { readonly [field: string]: unknown };

const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Step = { readonly name: string } | { readonly index: number } | 'all';

const stepsOf = (path: string): readonly Step[] | undefined => {
  if (!path.startsWith('$')) return undefined;
  const steps: Step[] = [];
  let at = 1;
  while (at < path.length) {
    STEP.lastIndex = path.startsWith('.*', at) ? at + 1 : at;
    const found = STEP.exec(path);
    if (!found) return undefined;
    const [, dotted, single, double, index, star] = found;
    const name = dotted ?? single ?? double;
    steps.push(star ? 'all' : index === undefined ? { name: name ?? '' } : { index: Number(index) });
    at = STEP.lastIndex;
  }
  return steps;
};

/** Whether EventBridge accepts `path`: dots, quoted names, array indices and `*`. */
export const isJsonPath = (path: string): boolean => stepsOf(path) !== undefined;

const take = (found: unknown, step: Step): unknown => {
  if (step === 'all') return Array.isArray(found) ? found : isShape(found) ? Object.values(found) : undefined;
  if ('index' in step) return Array.isArray(found) ? found[step.index] : undefined;
  if (Array.isArray(found)) return found.map((each) => take(each, step)).filter((each) => each !== undefined); // after `*`
  return isShape(found) && Object.hasOwn(found, step.name) ? found[step.name] : undefined;
};

/** What `path` finds in `document`; undefined where there is nothing. */
export const readJsonPath = (path: string, document: unknown): unknown =>
  stepsOf(path)?.reduce<unknown>((found, step) => take(found, step), document);
