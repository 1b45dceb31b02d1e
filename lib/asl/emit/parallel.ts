import type { Plan } from '../waves.ts';
import { type Emission, leadTo, type Piece, type State } from './piece.ts';

export const emitParallel = (branches: readonly Plan[], next: string | null, emission: Emission): Piece => {
  const name = emission.nameParallel();
  const state: State = {
    Type: 'Parallel',
    Branches: branches.map((branch) => {
      const { start, states } = emission.emit(branch, null);
      return { StartAt: start, States: states };
    }),
    Output:
      "{% $merge([$states.input, {'control': $merge($states.result.control), 'chosen': $merge($states.result.chosen)}]) %}",
    ...leadTo(next),
  };
  return { start: name, states: { [name]: state } };
};
