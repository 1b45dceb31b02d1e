// What emitting gives: pieces of a state machine that already know what comes after them.
import type { ControlNeed, GraphNode, Level } from '../../graph/index.ts';
import type { Json, LatchRelease } from '../../records/index.ts';

export type State = { readonly [field: string]: Json };

/** A piece of a state machine: where to enter it, and its states in order. Its exits already lead on. */
export interface Piece {
  readonly start: string;
  readonly states: { readonly [name: string]: State };
}

/** A machine besides the pipeline's own. */
export interface ChildMachine {
  /** What stands for its ARN: `machine_3`. */
  readonly placeholder: string;
  readonly start: string;
  readonly states: { readonly [name: string]: State };
}

/** Where an item processor's states find the run's facts and the batch's number, as JSONata. */
export interface BatchPlace {
  readonly run: string;
  readonly chosen: string;
  readonly number: string;
}

/** What a verb's emitter may ask of the whole machine being emitted. */
export interface Emission {
  readonly needs: readonly ControlNeed[];
  /** Maps whose results are read by their index. */
  readonly indexed: ReadonlySet<string>;
  /** How long the run may last: a bound for every wait inside. */
  readonly longestSeconds: number;
  /** Inside the item processor of a map: where its states find what a batch is. */
  readonly batch?: BatchPlace;
  /** True when a node leaves something in the flow's state. */
  gives(node: GraphNode): boolean;
  /** The latches that a node must release when it is done, however it ended. */
  releasesOf(node: string): readonly LatchRelease[];
  /** Notes that these stages release latches. */
  addReleasing(stages: readonly string[]): void;
  /** Emits the nodes of a branch. `next` is the state after them; null ends the branch. */
  level(level: Level, next: string | null): Piece;
  /** The name of one more Parallel state: they count up over the whole machine. */
  nameParallel(): string;
  /** The placeholder of one more machine; `addMachine` says what it is. */
  nameMachine(): string;
  addMachine(machine: ChildMachine): void;
}

/** The `Next` of a state, or the end of the machine or branch. */
export const leadTo = (next: string | null): State => (next === null ? { End: true } : { Next: next });
