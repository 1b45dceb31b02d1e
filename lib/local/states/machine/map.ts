// Map, inline: the item processor once for every item, at most MaxConcurrency at a time.
import { EvaluationProblem } from '../errors.ts';
import { type Json, Payload } from '../json.ts';
import type { MapState } from '../parse/machine.ts';
import { Children } from './children.ts';
import { runDistributed } from './distributed.ts';
import { forever } from './lifetime.ts';
import { mapContext, STATE_DATA, selectItem, startedWith } from './map-items.ts';
import { finish } from './outcome.ts';
import type { RunFrame } from './run-frame.ts';
import type { Exit, Progress, Visit } from './visit.ts';

/** AWS runs no more iterations of an inline map than this at once. */
const MOST_INLINE = 40;

/** What is worked out before the first iteration. */
interface Plan {
  readonly effective: Json;
  readonly items: readonly Json[];
  readonly concurrency: number;
  readonly cursor: number;
}

const plan = async (visit: Visit<MapState>, progress: Progress | undefined): Promise<Plan> => {
  const { state, frame } = visit;
  if (state.isMisplaced) {
    throw new EvaluationProblem(
      'States.Runtime',
      'The ItemReader, ItemBatcher and ResultWriter fields are not supported for INLINE maps',
    );
  }
  const effective = state.flow.input(visit.scope());
  const concurrency = (await state.maxConcurrency?.(visit.scope(effective))) ?? 0;
  const { items } = await startedWith(visit, effective, progress);
  const cursor = progress?.records.find(({ type }) => type === 'MapStateStarted')?.id ?? frame.cursor;
  return { effective, items, concurrency, cursor };
};

const runInline = async (visit: Visit<MapState>, run: RunFrame, progress: Progress | undefined): Promise<Exit> => {
  const { frame, state } = visit;
  const { effective, items, concurrency, cursor } = await plan(visit, progress);
  const children = new Children(visit);
  const outputs: Payload[] = new Array(items.length);
  let nextIndex = 0;

  // A slot runs one iteration after the other: each follows the one before it in the slot, as AWS numbers them.
  const slot = async (): Promise<void> => {
    let after = cursor;
    while (nextIndex < items.length && !children.lifetime.ended) {
      const index = nextIndex++;
      const item = items[index] ?? null;
      const details = { index, name: state.name };
      const map = mapContext(index, item, { source: STATE_DATA });
      const resumed = progress?.children.get(index);
      const input = resumed?.input ?? visit.payload(await selectItem(visit, effective, map, item));
      const child = children.open(state.processor, { cursor: after, map }, resumed, details);
      if (!resumed) child.event('MapIterationStarted', details, { parent: frame.id, index, input: input.text });
      const finished = resumed?.output;
      try {
        outputs[index] = finished ?? (await run(child, input, resumed));
      } catch (thrown) {
        if (children.lifetime.ended) return forever();
        children.fail(child, thrown);
        frame.cursor = child.cursor;
        throw thrown;
      }
      children.done(child);
      // AWS: the next iteration follows the last state of this one, the end of the map follows the word of its success.
      if (!finished) frame.cursor = child.aside('MapIterationSucceeded', details);
      after = child.cursor;
    }
  };
  const slots = Math.min(concurrency === 0 ? MOST_INLINE : concurrency, MOST_INLINE, items.length);
  const all = Promise.all(Array.from({ length: slots }, slot));
  await frame.lifetime.within(all.catch(children.end));
  frame.aside('MapStateSucceeded');
  const result = Payload.array(outputs);
  return finish(visit, visit.limited(result));
};

/** One attempt. */
export const runMap = (visit: Visit<MapState>, run: RunFrame, progress: Progress | undefined): Promise<Exit> => {
  const { distribution } = visit.state;
  return distribution ? runDistributed(visit, distribution, progress) : runInline(visit, run, progress);
};
