// The Lambda handler under every stage: what surrounds the work, in order, in one place.
import { isMainThread } from 'node:worker_threads';
import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Stage } from '../definition/index.ts';
import { newPayloadCache, openLedger } from '../ledger/index.ts';
import { isExpressArn, type StageAnswer, type StageCall } from '../records/index.ts';
import { connect } from '../support/aws-call.ts';
import { TimeoutError } from '../support/run-errors.ts';
import { failingWhereAsked } from './asked-to-fail.ts';
import type { Attempt, Handler } from './attempt.ts';
import { awsSettings, type Environment, ownEnvironment, setting } from './environment.ts';
import { beating } from './heartbeat.ts';
import { logAttempt } from './log-attempt.ts';
import { measureAttempt } from './measure-attempt.ts';
import { type Meter, openMeter } from './meter.ts';
import { ownClock, paceOf } from './pace.ts';
import { runBatch } from './run-batch.ts';
import { runTask } from './run-task.ts';
import { openStore } from './store.ts';

/** Milliseconds before Lambda's timeout at which a handler's `signal` fires. */
const earlyMs = 500;

/** What a sandbox took until here is billed with its first call, if it was started for one. */
const coldMs = isMainThread ? Math.round(performance.now()) : 0; // the local engine's sandboxes share a clock
const longestCold = 10_000; // AWS gives up an initialization then

const outOfTime = (): never => {
  throw new TimeoutError('the stage is about to run out of its time');
};

/** Connections and names are made at the first call and kept while the Lambda is warm. */
const warm = (environment: Environment) => {
  const aws = connect(awsSettings(environment));
  const payloadBucket = setting('payloadBucket', environment);
  return {
    aws,
    payloadBucket,
    table: setting('table', environment),
    payloadCache: newPayloadCache(),
    memory: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    deadLetterQueueUrl: setting('deadLetterQueue', environment),
    build: { code: setting('codeHash', environment), contract: setting('contractHash', environment) },
  };
};

/**
 * Makes a stage's Lambda handler of the work to do. The wrapper checks input and output against the contract, claims the
 * stage and settles it in the ledger, returns the stored result on a repeat, and writes logs and metrics. `environment` is for
 * programs in which several functions live, `clock` for one that has a time of its own.
 *
 * @example
 * export const handler = stageHandler(clean, async ({ input, store }) => ({ rows: await count(store, input.key) }));
 */
export const stageHandler = <S extends Stage>(
  stage: S,
  handler: Handler<S>,
  environment = ownEnvironment,
  clock = ownClock,
) => {
  const work = beating(stage, failingWhereAsked(stage, handler, environment));
  const isQuiet = environment.POWERTOOLS_LOG_LEVEL === 'SILENT'; // Powertools itself looks at the process's environment only
  const logger = new Logger({ serviceName: stage.name, ...(isQuiet ? { logLevel: 'SILENT' } : {}) });
  const meters = new WeakMap<StageCall, Meter>();
  let connections: ReturnType<typeof warm> | undefined;

  const attempt = async (
    call: StageCall,
    context: Context,
    { signal }: { signal: AbortSignal },
  ): Promise<StageAnswer> => {
    const isFirst = connections === undefined && environment.AWS_LAMBDA_INITIALIZATION_TYPE === 'on-demand';
    connections ??= warm(environment);
    const { table, payloadBucket, payloadCache, memory, deadLetterQueueUrl, build } = connections;
    const meter = openMeter(connections.aws, {
      startedAt: Date.now(),
      ...(memory === undefined ? {} : { memoryMb: Number(memory) }),
      coldMs: isFirst ? Math.min(coldMs, longestCold) : 0,
      isExpress: isExpressArn(call.run.execution),
    });
    meters.set(call, meter);
    const { aws } = meter;
    const ledger = openLedger(aws, { table, payloadBucket }, payloadCache);
    const remainingMs = () => context.getRemainingTimeInMillis();
    // A fallback does something else.
    const lease = call.via === undefined ? call.lease : undefined;
    const pace = lease ? paceOf({ lease, pools: ledger.pools, clock, remainingMs }) : undefined;
    const current: Attempt = {
      call,
      ledger,
      store: openStore(aws, payloadBucket, call.run, meter.touch),
      logger,
      meter,
      deadLetterQueueUrl,
      build,
      owner: context.awsRequestId,
      signal,
      now: Date.now,
      remainingMs,
      ...(pace ? { pace } : {}),
    };
    return call.batch ? runBatch(stage, work, current) : runTask(stage, work, current);
  };

  const wrapped = middy<StageCall, StageAnswer, Error, Context>({
    timeoutEarlyInMillis: earlyMs,
    timeoutEarlyResponse: outOfTime,
  })
    .use(logAttempt(logger))
    .use(environment.POWERTOOLS_METRICS_DISABLED === 'true' ? [] : measureAttempt((call) => meters.get(call)?.told()))
    .handler(attempt);
  return Object.assign(wrapped, { work: handler }) as typeof wrapped; // `heddle verify` puts a wrapper of its own around it
};
