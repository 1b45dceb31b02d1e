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

/** The name that a person has for a dead letter within its pipeline: `<run>/<stage>` or `<run>/<stage>/<item>`. */
export const letterName = ({ run, stage, item }: Pick<ReplayMessage, 'run' | 'stage' | 'item'>): string =>
  [run, stage, ...(item === undefined ? [] : [item])].join('/');
