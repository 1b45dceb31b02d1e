// The Lambda handler under every stage: what surrounds the work, in order, in one place.
import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Stage } from '../definition/index.ts';
import { openLedger } from '../ledger/index.ts';
import type { StageAnswer, StageCall } from '../records/index.ts';
import { connect } from '../support/aws-call.ts';
import { TimeoutError } from '../support/run-errors.ts';
import { failingWhereAsked } from './asked-to-fail.ts';
import type { Attempt, Handler } from './attempt.ts';
import { awsSettings, type Environment, ownEnvironment, setting } from './environment.ts';
import { beating } from './heartbeat.ts';
import { logAttempt } from './log-attempt.ts';
import { measureAttempt } from './measure-attempt.ts';
import { runBatch } from './run-batch.ts';
import { runTask } from './run-task.ts';
import { openStore } from './store.ts';

/** Milliseconds before Lambda's timeout at which a handler's `signal` fires. */
const earlyMs = 500;

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
    ledger: openLedger(aws, { table: setting('table', environment), payloadBucket }),
    deadLetterQueueUrl: setting('deadLetterQueue', environment),
    build: { code: setting('codeHash', environment), contract: setting('contractHash', environment) },
  };
};

/**
 * Makes a stage's Lambda handler of the work to do. The wrapper checks input and output against the contract, claims the
 * stage and settles it in the ledger, returns the stored result on a repeat, and writes logs and metrics. `environment` is for
 * programs in which several functions live.
 *
 * @example
 * export const handler = stageHandler(clean, async ({ input, store }) => ({ rows: await count(store, input.key) }));
 */
export const stageHandler = <S extends Stage>(stage: S, handler: Handler<S>, environment = ownEnvironment) => {
  const work = beating(stage, failingWhereAsked(stage, handler, environment));
  const isQuiet = environment.POWERTOOLS_LOG_LEVEL === 'SILENT'; // Powertools itself looks at the process's environment only
  const logger = new Logger({ serviceName: stage.name, ...(isQuiet ? { logLevel: 'SILENT' } : {}) });
  let connections: ReturnType<typeof warm> | undefined;

  const attempt = async (
    call: StageCall,
    context: Context,
    { signal }: { signal: AbortSignal },
  ): Promise<StageAnswer> => {
    connections ??= warm(environment);
    const { aws, ledger, payloadBucket, deadLetterQueueUrl, build } = connections;
    const current: Attempt = {
      call,
      ledger,
      store: openStore(aws, payloadBucket, call.run),
      logger,
      deadLetterQueueUrl,
      build,
      owner: context.awsRequestId,
      signal,
      now: Date.now,
      remainingMs: () => context.getRemainingTimeInMillis(),
    };
    return call.batch ? runBatch(stage, work, current) : runTask(stage, work, current);
  };

  const wrapped = middy<StageCall, StageAnswer, Error, Context>({
    timeoutEarlyInMillis: earlyMs,
    timeoutEarlyResponse: outOfTime,
  })
    .use(logAttempt(logger))
    .use(environment.POWERTOOLS_METRICS_DISABLED === 'true' ? [] : measureAttempt())
    .handler(attempt);
  return Object.assign(wrapped, { work: handler }) as typeof wrapped; // `heddle verify` puts a wrapper of its own around it
};
