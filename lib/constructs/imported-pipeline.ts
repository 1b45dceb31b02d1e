// A pipeline of another app, known by the ARN of its state machine: all shared names follow from its name.
import { Arn, ArnFormat, Fn, Stack } from 'aws-cdk-lib';
import { EventBus, type IEventBusRef } from 'aws-cdk-lib/aws-events';
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { RunStores } from './grant-read-runs.ts';
import { names } from './names.ts';
import { PipelineBase } from './pipeline-base.ts';

export interface PipelineAttributes {
  /** The ARN of the pipeline's state machine, `<orchestrator>-<pipeline>`. May be a token. */
  readonly pipelineArn: string;
  /** Needed for `grantReadRuns`. @default not known */
  readonly stores?: RunStores;
}

export class ImportedPipeline extends PipelineBase {
  readonly pipelineArn: string;
  readonly pipelineName: string;
  protected readonly startQueue: IQueue;
  protected readonly eventBus: IEventBusRef;
  protected readonly replayQueueArn: string;
  protected readonly deadLetterQueueArn: string;
  protected readonly stores: RunStores | undefined;
  readonly #requestFunctionArn: string;

  constructor(scope: Construct, id: string, { pipelineArn, stores }: PipelineAttributes) {
    super(scope, id, { environmentFromArn: pipelineArn });
    const { resourceName = '' } = Arn.split(pipelineArn, ArnFormat.COLON_RESOURCE_NAME);
    // Neither name holds a hyphen. Fn.select and Fn.split work on tokens too.
    const part = (at: number): string => Fn.select(at, Fn.split('-', resourceName));
    const orchestrator = part(0);
    const { region, account } = this.env;
    const arn = (service: string, resource: string): string =>
      Stack.of(this).formatArn({ service, resource, region, account, arnFormat: ArnFormat.NO_RESOURCE_NAME });
    this.pipelineArn = pipelineArn;
    this.pipelineName = part(1);
    this.stores = stores;
    this.startQueue = Queue.fromQueueArn(this, 'Start', arn('sqs', names.startQueue(orchestrator)));
    this.replayQueueArn = arn('sqs', names.replayQueue(orchestrator, this.pipelineName));
    this.deadLetterQueueArn = arn('sqs', names.deadLetterQueue(orchestrator, this.pipelineName));
    this.eventBus = EventBus.fromEventBusArn(this, 'Bus', arn('events', `event-bus/${names.eventBus(orchestrator)}`));
    this.#requestFunctionArn = arn('lambda', `function:${names.requests(orchestrator, this.pipelineName)}`);
  }

  protected requestFunction(): IFunction {
    const made = this.node.tryFindChild('Requests');
    if (made) return made as IFunction; // made below
    return LambdaFunction.fromFunctionAttributes(this, 'Requests', {
      functionArn: this.#requestFunctionArn,
      sameEnvironment: true,
    });
  }
}
