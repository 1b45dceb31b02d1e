import type { WaitState } from '../parse/machine.ts';
import type { Exit, Visit } from './visit.ts';

/** Wait: until a time that is fixed as the state is entered, and holds across restarts. */
export const runWait = async (visit: Visit<WaitState>): Promise<Exit> => {
  const { frame, state, entered } = visit;
  const { clock } = frame.execution.host;
  const before = visit.scope();
  const input = state.flow.input(before);
  const scope = visit.scope(input);
  const known = visit.progress?.records.find(({ type }) => type === 'wait')?.memo?.due;
  let due: number;
  if (typeof known === 'number') due = known;
  else {
    due = await state.due(scope, entered.at);
    frame.note('wait', { due });
  }
  const left = due - clock.now();
  if (left > 0) await frame.lifetime.until<void>((resolve) => clock.after(left, () => resolve()));
  const output = await state.flow.output(scope);
  return {
    output: visit.payload(output, visit.input),
    assign: await visit.assigned(state.flow.assign, scope),
    next: state.next,
  };
};
