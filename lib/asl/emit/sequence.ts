import { invariant } from '../../support/invariant.ts';
import type { Plan } from '../waves.ts';
import type { Emission, Piece } from './piece.ts';

/** Written from the end backwards: each part is told which state comes next. */
export const emitSequence = (parts: readonly Plan[], next: string | null, emission: Emission): Piece => {
  let after = next;
  let states: Piece['states'] = {};
  for (const part of parts.toReversed()) {
    const piece = emission.emit(part, after);
    states = { ...piece.states, ...states };
    after = piece.start;
  }
  invariant(after !== null, 'an empty sequence was planned');
  return { start: after, states };
};
