// The batches of a map in portions, of about as many batches as there are portions: a tree of two levels over any number of them.
import type { BatchRange, ItemResult, Json, StageRecord } from '../records/index.ts';
import type { Payloads } from './payloads.ts';
import type { StageAddress, Stages } from './stages.ts';

/** So many executions of a stage are an inline map's most. */
const mostPortions = 1_000;

/** The first batch of each portion, from the numbers of all batches in order. */
export const portionsOf = (batches: readonly number[]): readonly number[] => {
  const portions = Math.min(mostPortions, Math.ceil(Math.sqrt(batches.length)));
  const size = Math.ceil(batches.length / Math.max(1, portions));
  return batches.filter((_, index) => index % size === 0);
};

/** The portions of a map that has ended. A list that was given instead of its outputs is one portion. */
export const rangesOf = ({ portions, items, output }: StageRecord): readonly BatchRange[] => {
  if (output || !portions) return output || (items?.completed ?? 0) > 0 ? [{ from: 0, to: null }] : [];
  return portions.map((from, index) => {
    const next = portions[index + 1];
    return { from, to: next === undefined ? null : next - 1 };
  });
};

/** The outputs of a map's items in some of its batches, in order; a batch of them is held at a time. */
export async function* outputsIn(
  { stages, payloads }: { readonly stages: Stages; readonly payloads: Payloads },
  at: StageAddress,
  range: BatchRange,
): AsyncGenerator<Json> {
  const record = await stages.get(at);
  const batches = { ...at, spread: record?.spread };
  if (record?.output) {
    // As `onFailure` gave it: see MapResult.
    const { outputs } = (await payloads.load(record.output)) as { readonly outputs: readonly Json[] };
    yield* outputs;
    return;
  }
  for await (const page of stages.resultPages(batches, range))
    for (const { results } of page) {
      const items = results ? ((await payloads.load(results)) as readonly ItemResult[]) : [];
      for (const item of items) if ('output' in item) yield item.output as Json; // as runBatch stored them
    }
}
