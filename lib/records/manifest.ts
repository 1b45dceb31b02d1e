// What synth tells the operators and the CLI of the deployed resources, as JSON in SSM parameters.
import type { AdmissionPolicy } from './admission.ts';
import type { Condition } from './condition.ts';
import type { EventReading } from './event-reading.ts';
import type { JoinPolicy, PartitionSpec, UpstreamUse } from './partitions/index.ts';
import type { Usage } from './usage.ts';
import type { BatchPolicy } from './window.ts';

/** The parameter `/heddle/<orchestrator>`: where everything shared is. The CLI reads it. */
export interface OrchestratorManifest {
  readonly orchestrator: string;
  /** Names of its pipelines: each has a parameter `/heddle/<orchestrator>/<pipeline>`. */
  readonly pipelines: readonly string[];
  readonly table: string;
  readonly payloadBucket: string;
  readonly inboxBucket: string;
  readonly startQueueUrl: string;
  /** Start messages that `dispatch` gave up on. AWS's own "start DLQ redrive" puts them back on the start queue. */
  readonly startDeadLetterQueueUrl: string;
  /** Events that EventBridge, the Scheduler or Lambda could not deliver, as they were. */
  readonly undeliveredQueueUrl: string;
  readonly eventBus: string;
  readonly alertsTopicArn: string;
  /** The name of the function that takes answers to questions. */
  readonly answerFunction: string;
}

/** The parameter `/heddle/<orchestrator>/<pipeline>`: what `dispatch` and `settle` know of a pipeline. */
export interface PipelineManifest {
  readonly pipeline: string;
  readonly stateMachineArn: string;
  /** @default 'standard' */
  readonly type?: 'standard' | 'express';
  /** When a run is to have ended; `ends`: it is ended then. */
  readonly deadline?: { readonly seconds: number; readonly ends?: true };
  /** The machine that undoes what a failed run did; absent where no stage is to be undone. */
  readonly compensationArn?: string;
  readonly definitionHash: string;
  /** What a run uses that is no stage's own, as the definition says: its start, `begin`, `finish`, forks, choices. */
  readonly overhead?: Partial<Usage>;
  /** How its runs are limited. @default not at all */
  readonly admission?: AdmissionPolicy;
  /** Which partitions it has. @default any key */
  readonly partitions?: PartitionSpec;
  /** Names of its triggers, as `heddle pause --trigger` takes them. */
  readonly triggers?: readonly string[];
  /** Of them, those whose runs have low priority at pools. @default none */
  readonly lowTriggers?: readonly string[];
  /** The pools without a key that its stages use: while many wait there, what triggers ask for is put off. @default none */
  readonly pools?: readonly string[];
  /** Alias to the name of the upstream pipeline. */
  readonly upstream: { readonly [alias: string]: string };
  /** How upstreams are used, by alias. @default the same partition, complete */
  readonly uses?: { readonly [alias: string]: UpstreamUse };
  /** How long it waits for its upstreams together. @default for all of them, for ever */
  readonly join?: JoinPolicy;
  /** What must hold for a run that upstreams start. @default nothing */
  readonly when?: Condition;
  readonly stages: readonly string[];
  readonly deadLetterQueueUrl: string;
  /** What comes here is done again: dead letters, by a person's command or by AWS's own redrive. */
  readonly replayQueueUrl: string;
}

/** The parameter `/heddle/<orchestrator>/queues/<name>`: what becomes of the messages of a queue of the user's. */
export interface QueueManifest {
  readonly pipeline: string;
  readonly reading: EventReading;
  readonly when?: Condition;
  readonly batch?: BatchPolicy;
}

/** Below the orchestrator's: names of pipelines hold no slash, so these clash with none. */
export const queueManifest = (queue: string): string => `queues/${queue}`;
export const inputManifest = (pipeline: string): string => `inputs/${pipeline}`;

/** The name of a stage's Lambda. `stage` is the key of its function: the stage's id, `<id>.fallback` and their like. */
export const stageFunctionName = (orchestrator: string, pipeline: string, stage: string): string =>
  `${orchestrator}-${pipeline}-${stage.replaceAll('.', '-')}`;

/** The name of an orchestrator's parameter; with a pipeline, of that pipeline's. */
export const manifestName = (orchestrator: string, pipeline?: string): string =>
  pipeline === undefined ? `/heddle/${orchestrator}` : `/heddle/${orchestrator}/${pipeline}`;
