// Parallel: all branches at once, each with the same input; fails as soon as one of them does.
import { Payload } from '../json.ts';
import type { ParallelState } from '../parse/machine.ts';
import { Children } from './children.ts';
import type { Frame } from './frame.ts';
import { finish } from './outcome.ts';
import type { RunFrame } from './run-frame.ts';
import type { Exit, Progress, Visit } from './visit.ts';

const inputOf = async (visit: Visit<ParallelState>): Promise<Payload> => {
  const { flow } = visit.state;
  const input = flow.input(visit.scope());
  const made = flow.parameters ? await flow.parameters(visit.scope(input)) : input;
  return visit.payload(made, visit.input);
};

/** One attempt. */
export const runParallel = async (
  visit: Visit<ParallelState>,
  run: RunFrame,
  progress: Progress | undefined,
): Promise<Exit> => {
  const { frame, state } = visit;
  const started = progress?.records.find(({ type }) => type === 'ParallelStateStarted')?.id;
  const input = await inputOf(visit);
  const cursor = started ?? frame.event('ParallelStateStarted');
  const children = new Children(visit);
  const branch = async (index: number): Promise<Payload> => {
    const sequence = state.branches[index];
    if (!sequence) throw new Error('no such branch');
    const resumed = progress?.children.get(index);
    const child: Frame = children.open(sequence, { cursor }, resumed);
    if (!resumed) child.note('open', { parent: frame.id, index, input: input.text });
    try {
      const output = await run(child, input, resumed);
      children.done(child);
      if (!children.lifetime.ended) frame.cursor = child.cursor;
      return output;
    } catch (thrown) {
      if (children.lifetime.ended) return new Promise(() => undefined);
      children.fail(child, thrown);
      frame.cursor = child.cursor;
      throw thrown;
    }
  };
  const outputs = await frame.lifetime.within(Promise.all(state.branches.map((_, index) => branch(index))));
  frame.aside('ParallelStateSucceeded');
  const result = Payload.array(outputs);
  return finish(visit, visit.limited(result));
};
