import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acceptFindings } from './accepted-findings.ts';
import { names } from './names.ts';
import { replayTimeout } from './operators.ts';
import { replayQueue } from './queues.ts';
import type { IOrchestrator } from './shared.ts';

/** All dead letters of a run that come within this time are done again in one further execution of it. */
const gathering = Duration.seconds(5);

/** A pipeline's replay queue, from which the `replay` operator takes. */
export const makeReplays = (
  scope: Construct,
  { orchestratorName, operators }: IOrchestrator,
  pipeline: string,
  deadLetters: IQueue,
): Queue => {
  const inside = new Construct(scope, 'Replays');
  const queue = replayQueue(inside, 'Queue', {
    queueName: names.replayQueue(orchestratorName, pipeline),
    deadLetters,
    consumerTimeout: replayTimeout,
  });
  const mapping = new EventSourceMapping(inside, 'Mapping', {
    target: operators.replay,
    eventSourceArn: queue.queueArn,
    batchSize: 1_000,
    maxBatchingWindow: gathering,
    reportBatchItemFailures: true,
    maxConcurrency: 2,
  });
  acceptFindings(mapping, 'Serverless-LambdaEventSourceMappingDestination');
  return queue;
};
