// What emitting gives: pieces of a state machine that already know what comes after them.
import type { ControlNeed } from '../../graph/index.ts';
import type { Json } from '../../records/index.ts';
import type { Plan } from '../waves.ts';

export type State = { readonly [field: string]: Json };

/** A piece of a state machine: where to enter it, and its states in order. Its exits already lead on. */
export interface Piece {
  readonly start: string;
  readonly states: { readonly [name: string]: State };
}

/** What a verb's emitter may ask of the whole machine being emitted. */
export interface Emission {
  readonly needs: readonly ControlNeed[];
  /** `next` is the state after the piece; null ends the branch. */
  emit(tree: Plan, next: string | null): Piece;
  /** The name of one more Parallel state: they count up over the whole machine. */
  nameParallel(): string;
}

/** The `Next` of a state, or the end of the machine or branch. */
export const leadTo = (next: string | null): State => (next === null ? { End: true } : { Next: next });
