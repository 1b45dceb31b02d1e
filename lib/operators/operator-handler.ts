// The Lambda handler under every operator: services made once, structured logs, errors logged and thrown on.
import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { openLedger } from '../ledger/index.ts';
import { environmentNames, withPrices } from '../records/index.ts';
import { connect } from '../support/aws-call.ts';
import { openManifests } from './manifests.ts';
import { openPressure } from './pressure.ts';
import type { Services } from './services.ts';

/**
 * What the codes of operators mean, in logs, causes and dead letters of start messages:
 *
 * HDL401: an execution was started with an input that names no run. Fix: start runs with heddle start or through the
 * start queue.
 * HDL402: an execution's run is not in the ledger, or has ended. Fix: start it with heddle start.
 * HDL403: an object's key does not have the form that its trigger expects, so its partition is not known. Fix: drop
 * objects under keys of that form.
 * HDL404: a start message asks for a pipeline that is not deployed. Fix: deploy it, or correct the name.
 * HDL405: an operator's function was deployed without one of its settings. Fix: deploy the operator through Heddle's
 * constructs.
 * HDL406: an execution came to its end after its run had gone on in a further one; it changes nothing. Fix: none is
 * needed.
 * HDL407: a run that is to be resumed is not in the ledger. Fix: take the id from heddle runs.
 * HDL408: a run that is to be forked is not in the ledger. Fix: take the id from heddle runs.
 * HDL409: an execution found its run taken by another one, as Step Functions may start an Express execution twice; it changes
 * nothing. Fix: none is needed.
 * HDL410: a stage is to wait until something that is no moment. Fix: give it ISO 8601 with its zone, such as
 * 2026-01-31T09:00:00Z.
 * HDL411: a stage is to wait longer than its atMost. Fix: correct the moment, or raise atMost in flow.wait.
 * HDL429: a message on a replay queue names no dead letter; it waits with the dead letters. Fix: send what heddle dead-letters replay sends.
 * HDL430: a dead letter's run is under way, so it is not replayed now; its message stays. Fix: wait for the run's end.
 * HDL431: the input of a dead letter is gone from the payload bucket; its message waits with the dead letters. Fix: restore the
 * object, or discard the dead letter.
 * HDL432: the ledger has no such dead letter; its message waits with the dead letters. Fix: see heddle dead-letters list.
 * HDL441: an event does not give the partition, or the id, that its trigger is to take from it. Fix: send it, or correct the
 * trigger.
 * HDL442: a message of a queue that starts runs is not JSON; it ends with the dead letters of its queue. Fix: send JSON.
 * HDL443: what a trigger makes of an event breaks the contract of the pipeline; the event ends with the dead letters. Fix:
 * correct what is sent, or the input of the trigger.
 * HDL444: a condition asks for the partition before one that has none. Fix: say the partitions of the pipeline.
 * HDL445: a queue that no trigger takes from sent a message. Fix: deploy the pipeline again.
 * HDL459: what a trigger makes of an event is too large to be gathered with others. Fix: let its input name where the data is,
 * or do without batched.
 * HDL440: a start names a partition that its pipeline does not have; nothing starts. Fix: ask for one that it has, or widen
 * the partitions of the definition.
 * HDL446: a message on the start queue is no start message; it stays, and is a dead letter. Fix: send what heddle start sends;
 * discard it.
 * HDL447: an event that was put on the start queue is of a rule that asks for no run. Fix: see it with heddle dead-letters
 * show, then discard it.
 * HDL448: a run that is to go on has lost its input; the message stays. Fix: restore the object, or start a new run.
 * HDL449: the partitions of a pipeline and of its upstream do not go together, as when only one of them was deployed since. Fix:
 * deploy both.
 * HDL450: a message names a backfill that the ledger does not have. Fix: see heddle backfills for those that there are.
 */
/** The environment of a Lambda, as `process.env` gives it. */
export type Environment = { readonly [name: string]: string | undefined };

const open = (operator: string, environment: Environment): Services => {
  const setting = (name: keyof typeof environmentNames): string => {
    const value = environment[environmentNames[name]];
    if (!value)
      throw new Error(
        `HDL405 the environment has no ${environmentNames[name]}. Fix: deploy the operator through Heddle's constructs`,
      );
    return value;
  };
  const aws = connect({
    region: environment.AWS_REGION ?? 'us-east-1',
    endpoint: environment.AWS_ENDPOINT_URL,
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: environment.AWS_SESSION_TOKEN,
  });
  const orchestrator = setting('eventBus'); // the bus has its name
  const startQueueUrl = setting('startQueue');
  const ledger = openLedger(aws, { table: setting('table'), payloadBucket: setting('payloadBucket') });
  return {
    aws,
    ledger,
    eventBus: orchestrator,
    startQueueUrl,
    pressure: openPressure({ aws, ledger, startQueueUrl, now: Date.now }, orchestrator),
    manifests: openManifests(aws, setting('manifestPath'), Date.now),
    // Without an endpoint of its own the CLI looks in AWS only when told to.
    commandOptions: `${environment.AWS_ENDPOINT_URL ? '' : ' --aws'}${orchestrator === 'heddle' ? '' : ` --orchestrator ${orchestrator}`}`,
    lineage: environment[environmentNames.lineage] !== undefined,
    prices: withPrices(JSON.parse(environment[environmentNames.prices] ?? '{}')),
    measures: environment.POWERTOOLS_METRICS_DISABLED !== 'true',
    now: Date.now,
    operator,
  };
};

/** `environment` is read at the first call; what is made of it is kept while the Lambda is warm. */
export const operatorHandler = <Event, Answer>(
  name: string,
  environment: Environment,
  work: (event: Event, services: Services, logger: Logger, context: Context) => Promise<Answer>,
) => {
  const logger = new Logger({ serviceName: name });
  let services: Services | undefined;
  return middy<Event, Answer>()
    .use({
      onError: ({ error }) => {
        if (error) logger.error(`${name} failed`, error);
      },
    })
    .handler((event: Event, context: Context) => {
      services ??= open(name, environment);
      return work(event, services, logger, context);
    });
};
