// What a flow recorded: the nodes of a pipeline, as plain data.
import type { Binding, Tolerance } from '../records/index.ts';
import type { Condition } from './condition.ts';
import type { Stage } from './stage.ts';

export interface TaskNode {
  readonly kind: 'task';
  readonly id: string;
  readonly stage: Stage;
  readonly bind: Binding;
  /** Ids of stages that must be done first though no data comes from them. */
  readonly after: readonly string[];
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
  /** The list to map over. */
  readonly items: Binding;
  readonly bind: Binding;
  readonly after: readonly string[];
  /** Batches in flight at once, 1 to 40. */
  readonly concurrency: number;
  /** Items that one Lambda call gets. */
  readonly batch: number;
  readonly tolerate: Tolerance;
  readonly expect: MapExpectation;
}

export interface ChooseNode {
  readonly kind: 'choose';
  readonly id: string;
  readonly when: Condition;
  readonly onTrue: Block;
  readonly onFalse: Block;
}

export type Node = TaskNode | MapNode | ChooseNode;

/** The nodes in the order they were recorded, and what the whole gives back. */
export interface Block {
  readonly nodes: readonly Node[];
  readonly output: Binding;
}
