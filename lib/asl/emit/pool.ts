// A stage that takes of a pool: one state before it, which goes on once there is room; with a rate, one that waits for its time.
import type { Binding, Pool, Stage } from '../../definition/index.ts';
import { poolLimits } from '../../definition/index.ts';
import type { Json } from '../../records/index.ts';
import { constant } from '../constant.ts';
import { worstSeconds } from '../map-mode.ts';
import { poolRetry } from '../retry.ts';
import { caught } from './flow-state.ts';
import type { Emission, Piece, State } from './piece.ts';

export interface PooledStage {
  /** Of the state that it leads to. */
  readonly name: string;
  readonly pool: Pool;
  /** The stage, and what may stand in for it. */
  readonly stages: readonly Stage[];
  readonly id: string;
  readonly run: string;
  readonly chosen: string;
  readonly bind: Binding;
  readonly after: readonly string[];
  /** Of a map's batch: which, and where its record is. */
  readonly batch?: State;
  /** The state that an error leads to. */
  readonly onError: string;
}

/** The state that takes of a pool before the one of this name. */
export const poolName = (name: string): string => `${name}.pool`;

/** The lease, wherever it is handed on: where taking it failed, there is none. */
export const leaseField = (pool: Pool | undefined): State =>
  pool ? { lease: '{% $exists($states.input.lease) ? $states.input.lease : null %}' } : {};

/** What Step Functions itself may add to the time of a stage. */
const slackSeconds = 300;

export const emitPool = (pooled: PooledStage, { longestSeconds }: Pick<Emission, 'longestSeconds'>): Piece => {
  const { name, pool, stages, id, run, chosen, bind, after, batch, onError } = pooled;
  const [start, paced] = [poolName(name), `${name}.pace`];
  const use: Json = {
    name: pool.name,
    ...(pool.key === undefined ? {} : { key: pool.key }),
    ...poolLimits(pool),
    holdSeconds: Math.ceil(stages.reduce((sum, stage) => sum + worstSeconds(stage), slackSeconds)),
  };
  return {
    start,
    states: {
      [start]: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: {
          FunctionName: '${operator_settle}',
          Payload: {
            action: 'poolOpened',
            run,
            stage: id,
            bind: constant(bind),
            after,
            chosen,
            pool: constant(use),
            ...batch,
            since: '{% $states.context.State.EnteredTime %}',
            attempt: '{% $states.context.State.RetryCount %}',
            token: '{% $states.context.Task.Token %}',
          },
        },
        Output: '{% $merge([$states.input, $states.result]) %}',
        TimeoutSeconds: longestSeconds,
        Retry: poolRetry,
        Catch: [caught(onError)],
        Next: pool.rate ? paced : name,
      },
      ...(pool.rate ? { [paced]: { Type: 'Wait', Timestamp: '{% $states.input.until %}', Next: name } } : {}),
    },
  };
};
