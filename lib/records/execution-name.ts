// A run's executions: the first has the run's own name, each further one a number behind it. Ids of runs hold no underscore.

/** The name of a run's `generation`-th execution: `2026-01-01-ab12`, then `2026-01-01-ab12_2`. */
export const executionName = (run: string, generation: number): string =>
  generation === 1 ? run : `${run}_${generation}`;

/** AWS: an Express execution lasts 5 minutes. */
export const expressSeconds = 300;

/** Express executions have ARNs of their own form: `…:express:<machine>:<name>:<uuid>`. */
export const isExpressArn = (arn: string): boolean => arn.split(':')[5] === 'express';

/** The run and the generation that an execution's name or ARN stands for. */
export const readExecutionName = (nameOrArn: string): { readonly run: string; readonly generation: number } => {
  const name = nameOrArn.split(':').at(isExpressArn(nameOrArn) ? -2 : -1) ?? '';
  const [, run = '', number] = /^(.*?)(?:_(\d+))?$/.exec(name) ?? [];
  return { run, generation: number === undefined ? 1 : Number(number) };
};
