import type { StandardSchemaV1 } from '@standard-schema/spec';
import { bind } from '../bind.ts';
import type { Ref } from '../ref.ts';
import { type RetryOptions, retryPolicy } from '../retry.ts';
import { type Span, spanSeconds } from '../span.ts';
import { placeOf, type Recorder, stageRef, stagesBehind } from './recorder.ts';
import type { AfterOptions } from './wait.ts';

export interface ServiceOptions<Output extends StandardSchemaV1> extends AfterOptions {
  /**
   * `aws-sdk:<service>:<action>` for any action of AWS, or an optimized one such as `sqs:sendMessage`. With `.sync` it is a job, and the
   * stage is done when the job is: `ecs:runTask.sync`, `batch:submitJob.sync`, `sagemaker:createTrainingJob.sync`,
   * `bedrock:createModelInvocationJob.sync`. When the run is stopped, AWS stops its jobs; this last one, which AWS does not
   * follow, is stopped by Heddle's `reconcile`. Past `timeout` it is stopped as the others are.
   */
  readonly service: `${string}:${string}`;
  /** The parameters as Step Functions spells them, in PascalCase; may hold refs. 200 KB at most. */
  readonly arguments: { readonly [parameter: string]: unknown };
  /** ARNs of what the call touches: the pipeline's role may do this action on these, and nothing else. */
  readonly resources: readonly [string, ...string[]];
  /** ARNs of roles that the call hands to what it starts: of a container, a training job. @default none */
  readonly passes?: readonly string[];
  /** The IAM action, where its name does not follow from the service: `bedrock:InvokeModel`. @default derived */
  readonly action?: `${string}:${string}`;
  /**
   * The name of a handler that the local engine, which has only some services of AWS, calls instead: `<pipeline>/<name>.ts` among the
   * stages' handlers, `export const handler = async (args) => answer`. It gets `arguments`, gives what AWS would answer, and fails the
   * stage by throwing. In an account it is not there. Of a job that is asked after (`bedrock:createModelInvocationJob.sync`) it gets each
   * of those calls too, and past `timeout` the one that stops it. @default none: on a laptop the stage fails, with the reason
   */
  readonly standIn?: string;
  /** What the call answers, for the checker; AWS's word is taken for it. @default unknown */
  readonly output?: Output;
  /** @default '1m'; of a job, '1d'. A call may take a day, a job 30. */
  readonly timeout?: Span;
  /** @default 3 attempts, 2 s apart, doubling, at most 60 s */
  readonly retry?: Omit<RetryOptions, 'moreMemoryMb'>;
}

export interface ServiceVerb {
  /**
   * Calls an API of AWS without a Lambda of yours, and gives what it answers. It may be called again after a crash: pass an
   * idempotency token where the API takes one.
   *
   * @example
   * flow.service('notify', {
   *   service: 'sqs:sendMessage',
   *   arguments: { QueueUrl: queueUrl, MessageBody: { rows: total.rows } },
   *   resources: ['arn:aws:sqs:eu-west-1:123456789012:done'],
   * });
   * @example
   * flow.service('train', {
   *   service: 'batch:submitJob.sync',
   *   arguments: { JobName: 'train', JobQueue: gpuQueue, JobDefinition: trainer, Parameters: { rows: total.rows } },
   *   resources: [gpuQueue, trainer],
   *   timeout: '12h',
   *   retry: { attempts: 2 },
   * });
   */
  service<Output extends StandardSchemaV1 = StandardSchemaV1>(
    name: string,
    call: ServiceOptions<Output>,
  ): Ref<StandardSchemaV1.InferOutput<Output>>;
}

export const recordService = (recorder: Recorder): ServiceVerb['service'] => {
  return (name, call) => {
    const at = placeOf(recorder, name);
    recorder.add({
      kind: 'service',
      id: name,
      service: call.service,
      bind: bind(call.arguments, at),
      resources: call.resources,
      ...(call.passes ? { passes: call.passes } : {}),
      ...(call.action ? { action: call.action } : {}),
      ...(call.standIn ? { standIn: call.standIn } : {}),
      ...(call.output ? { output: call.output } : {}),
      timeoutSeconds: spanSeconds(call.timeout ?? (call.service.includes('.sync') ? '1d' : '1m'), at, 'timeout'),
      retry: retryPolicy(call.retry),
      after: stagesBehind(call.after, at),
    });
    return stageRef(recorder, name);
  };
};
