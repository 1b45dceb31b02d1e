// The compensation of a run that failed: what its stages did is undone, each by a stage of its own, in reverse order.
import type { Control, RunFacts } from './calls.ts';
import type { Undo } from './undo.ts';

/** How far the compensation of a run is. The run's record holds it while there is one. */
export interface Compensation {
  /** The execution of the run after which it came. */
  readonly generation: number;
  /** Counts its executions: a replay of what could not be undone adds one. */
  readonly round: number;
  /** `failed`: something could not be undone, and waits as a dead letter. */
  readonly status: 'pending' | 'running' | 'completed' | 'failed';
  readonly askedAt: string;
  readonly execution?: string;
  readonly endedAt?: string;
  readonly cause?: string;
}

/** True while what a run did is being undone, or waits for it. */
export const isCompensating = ({ compensation }: { readonly compensation?: Compensation | undefined }): boolean =>
  compensation?.status === 'pending' || compensation?.status === 'running';

/** The name under which the undoing of a stage is recorded: `charge.compensate`, in a second execution `charge.compensate_2`. */
export const undoName = (stage: string, generation: number): string =>
  `${stage}.compensate${generation === 1 ? '' : `_${generation}`}`;

/** The stage that an undoing is of; undefined for the name of a stage. */
export const undoneStage = (name: string): string | undefined => /^(.*)\.compensate(?:_\d+)?$/.exec(name)?.[1];

/** The name of an execution of the machine that compensates. */
export const compensationName = (
  run: string,
  { generation, round }: Pick<Compensation, 'generation' | 'round'>,
): string => `${run}_${generation}_${round}`;

/** The run, generation and round that such a name stands for; undefined for another name. */
export const readCompensationName = (
  name: string,
): ({ readonly run: string } & Pick<Compensation, 'generation' | 'round'>) | undefined => {
  const [, run, generation, round] = /^(.+)_(\d+)_(\d+)$/.exec(name) ?? [];
  return run === undefined ? undefined : { run, generation: Number(generation), round: Number(round) };
};

/** What the names of the machines that compensate have behind those of the pipelines' own. */
export const compensationSuffix = '-compensate';

/** The input of an execution that compensates. `run.execution` is the name of the run's execution that failed. */
export interface CompensationInput {
  readonly run: RunFacts;
  readonly round: number;
}

/** The answer to `compensationOpened`. */
export interface CompensationAnswer {
  readonly control: Control;
  readonly undo: readonly Undo[];
}
