/**
 * A message on a pipeline's replay queue: a dead letter is to be done again. AWS's own redrive puts the dead letters' own
 * messages there, which have these fields too; a person's command adds who and why.
 */
export interface ReplayMessage {
  readonly pipeline: string;
  readonly run: string;
  readonly stage: string;
  readonly item?: number;
  readonly by?: string;
  readonly because?: string;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** A message of a replay queue; undefined for one that names no dead letter. */
export const replayMessageOf = (body: string): ReplayMessage | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined; // what it is not is told as such
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pipeline, run, stage, item, by, because } = value as { readonly [field: string]: unknown };
  if (!isText(pipeline) || !isText(run) || !isText(stage)) return undefined;
  if (item !== undefined && !(typeof item === 'number' && Number.isInteger(item) && item >= 0)) return undefined;
  return {
    pipeline,
    run,
    stage,
    ...(item === undefined ? {} : { item }),
    ...(isText(by) ? { by } : {}),
    ...(isText(because) ? { because } : {}),
  };
};

/** The name that a person has for a dead letter within its pipeline: `<run>/<stage>` or `<run>/<stage>/<item>`. */
export const letterName = ({ run, stage, item }: Pick<ReplayMessage, 'run' | 'stage' | 'item'>): string =>
  [run, stage, ...(item === undefined ? [] : [item])].join('/');
