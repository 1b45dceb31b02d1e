// What a flow recorded: the nodes of a pipeline, as plain data.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type {
  Binding,
  CachePolicy,
  JoinPolicy,
  Json,
  OnFailure,
  PartitionSpec,
  Tolerance,
  UpstreamUse,
  WaitTime,
} from '../records/index.ts';
import type { AdmissionOptions } from './admission.ts';
import { type Condition, operandsOf } from './condition.ts';
import type { Pool } from './pool.ts';
import type { RetryPolicy } from './retry.ts';
import type { RowsFile } from './rows.ts';
import type { Stage } from './stage.ts';
import type { Trigger } from './trigger.ts';

export interface TaskNode {
  readonly kind: 'task';
  readonly id: string;
  readonly stage: Stage;
  readonly bind: Binding;
  /** Ids of stages that must be done first though no data comes from them. */
  readonly after: readonly string[];
  /** What it means when the stage failed for good. @default the run fails */
  readonly onFailure?: OnFailure;
  /** The stage that runs with the same input when `stage` failed for good. */
  readonly fallback?: Stage;
  /** The stage that undoes this one when it completed and the run fails; `onCancel`, when the run is cancelled too. */
  readonly compensate?: Stage;
  readonly onCancel?: 'compensate';
  /** Results of earlier runs may be taken over. @default none */
  readonly cache?: CachePolicy;
  /** What it takes of before it runs. @default nothing */
  readonly pool?: Pool;
  /** What it gets is folded: all that a map gave. */
  readonly fold?: FoldNode;
  /** In a round of a repetition: the name that all rounds' stages of this kind share a function and metrics under. */
  readonly shares?: string;
}

/** Of a stage of a reduce: see `Fold` of the records. */
export interface FoldNode {
  readonly over: string;
  readonly part: Binding;
  readonly empty: Json;
}

/** What the author expects of a map: how its size is known before it runs. */
export interface MapExpectation {
  /** Elements of the list on a normal day. Undefined: not said. */
  readonly items?: number;
}

export interface MapNode {
  readonly kind: 'map';
  readonly id: string;
  readonly stage: Stage;
  /** The list to map over; with `rows`, the key of the file that they are in. */
  readonly items: Binding;
  /** The file whose rows are the items. */
  readonly rows?: RowsFile;
  readonly bind: Binding;
  readonly after: readonly string[];
  /** Batches in flight at once, 1 to 10,000. */
  readonly concurrency: number;
  /** Items that one Lambda call gets. */
  readonly batch: number;
  /** Of rows, bytes of JSON that one call gets at most. @default 180,000 */
  readonly batchBytes?: number;
  readonly tolerate: Tolerance;
  readonly expect: MapExpectation;
  /** Its items are portions of another map's batches, and what it gives for one is made of all outputs in it. */
  readonly fold?: FoldNode;
  /** In a `flow.each`: what all its stages have in common, the first of their ids. */
  readonly each?: string;
  /** What it means when more items failed than the stage bears; a value is the list of outputs. @default the run fails */
  readonly onFailure?: OnFailure;
  /** Results of earlier runs may be taken over, item by item. @default none */
  readonly cache?: CachePolicy;
  /** What each of its batches takes of before it runs. @default nothing */
  readonly pool?: Pool;
  /** In a round of a repetition: the name that all rounds' stages of this kind share a function and metrics under. */
  readonly shares?: string;
}

/** What a map's items come from: a binding that gives a list, or a file of rows. */
export type MapItems = Binding | RowsFile;

export const mapItems = ({ rows, items }: MapNode): MapItems => rows ?? items;

export interface ChooseNode {
  readonly kind: 'choose';
  readonly id: string;
  readonly when: Condition;
  readonly onTrue: Block;
  readonly onFalse: Block;
  /** Nobody said what it gives when the condition does not hold. */
  readonly withoutOtherwise?: true;
}

export interface WaitNode {
  readonly kind: 'wait';
  readonly id: string;
  readonly wait: WaitTime;
  readonly after: readonly string[];
}

export interface CheckNode {
  readonly kind: 'check';
  readonly id: string;
  readonly claim: Condition;
  readonly severity: 'fail' | 'warn';
  readonly message?: string;
  readonly after: readonly string[];
}

export interface RunNode {
  readonly kind: 'run';
  readonly id: string;
  readonly child: Pipeline;
  readonly bind: Binding;
  readonly partition?: Binding;
  readonly timeoutSeconds: number;
  readonly after: readonly string[];
}

export interface ServiceNode {
  readonly kind: 'service';
  readonly id: string;
  /** As in `arn:aws:states:::<service>`. */
  readonly service: string;
  readonly bind: Binding;
  readonly resources: readonly string[];
  /** Roles that are handed over. */
  readonly passes?: readonly string[];
  readonly action?: string;
  /** The handler that the local engine calls instead. */
  readonly standIn?: string;
  readonly output?: StandardSchemaV1;
  readonly timeoutSeconds: number;
  readonly retry: RetryPolicy;
  readonly after: readonly string[];
}

export interface ApproveNode {
  readonly kind: 'approve';
  readonly id: string;
  readonly prompt: string;
  readonly show: Binding;
  /** The contract of an answer. */
  readonly answer: StandardSchemaV1;
  readonly timeoutSeconds: number;
  readonly heartbeatSeconds?: number;
  readonly default?: Binding;
  readonly after: readonly string[];
}

export type Node = TaskNode | MapNode | ChooseNode | WaitNode | CheckNode | ApproveNode | RunNode | ServiceNode;

/** A node that the ledger keeps a record of: all but choices. */
export type StageNode = Exclude<Node, ChooseNode>;

/** A stage whose work is a handler of the user's: one with a contract. */
export type HandledNode = Extract<StageNode, { readonly stage: Stage }>;

export const isHandled = (node: Node): node is HandledNode => 'stage' in node;

/** Every binding that a stage reads, or a choice's condition. */
export const bindingsOf = (node: Node): readonly Binding[] => {
  switch (node.kind) {
    case 'task':
      return [node.bind];
    case 'map':
      return [node.items, node.bind];
    case 'choose':
      return operandsOf(node.when);
    case 'service':
      return [node.bind];
    case 'run':
      return [node.bind, ...(node.partition ? [node.partition] : [])];
    case 'approve':
      return [node.show, ...(node.default ? [node.default] : [])];
    case 'check':
      return operandsOf(node.claim);
    case 'wait':
      return node.wait.kind === 'until' ? [node.wait.at] : [];
  }
};

/** The nodes in the order they were recorded, and what the whole gives back. */
export interface Block {
  readonly nodes: readonly Node[];
  readonly output: Binding;
}

/** How long a run may take. */
export interface Deadline {
  readonly seconds: number;
  readonly ends?: true;
}

/** Step Functions' two kinds of state machine. */
export type ExecutionType = 'standard' | 'express';

/** A pipeline as recorded. `Output` exists for the checker: downstream pipelines read their refs from it. */
export interface Pipeline<
  Name extends string = string,
  Input extends StandardSchemaV1 = StandardSchemaV1,
  Output = unknown,
> {
  readonly kind: 'pipeline';
  readonly name: Name;
  readonly description: string;
  readonly input: Input;
  readonly type: ExecutionType;
  /** When a run is to have ended, counted from when it was asked for; `ends`: it is ended then. */
  readonly deadline?: Deadline;
  /** Which partitions it has. @default any key */
  readonly partitions?: PartitionSpec;
  /** The pipelines whose runs of the same partition this one waits for and reads, by alias. */
  readonly upstream: Upstreams;
  /** How upstreams are used, by alias. @default the same partition, complete */
  readonly uses?: { readonly [alias: string]: UpstreamUse };
  /** How long it waits for its upstreams together. @default for all of them, for ever */
  readonly join?: JoinPolicy;
  /** What must hold of the upstreams' outputs, or of the ledger, for a run that upstreams start. @default nothing */
  readonly when?: Condition;
  readonly triggers: readonly Trigger<unknown>[];
  /** How its runs are limited. @default not at all */
  readonly admission?: Required<AdmissionOptions>;
  readonly flow: Block;
  readonly gives?: Output;
}

/** Pipelines by alias. */
export type Upstreams = { readonly [alias: string]: Pipeline };
