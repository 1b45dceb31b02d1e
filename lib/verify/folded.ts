// What a reduce folds, as plainly as possible: the outputs of a map in its batches, those in portions.
import type { Json } from '../records/index.ts';
import type { StageEnd } from './stage-ends.ts';

/** The outputs of a map, batch by batch. */
export type Batches = readonly (readonly Json[])[];

/** Of what was given for items by their numbers, `total` in all: a batch without any output is one too. */
export const batchesOf = (given: ReadonlyMap<number, Json>, total: number, size: number): Batches =>
  Array.from({ length: Math.ceil(total / size) }, (_, batch) =>
    [...given].flatMap(([index, output]) => (Math.floor(index / size) === batch ? [output] : [])),
  );

/** Of a map that takes the batches of another as they come: what it gave for the outputs of each. */
export const batchesBehind = (before: Batches, given: ReadonlyMap<number, Json>): Batches => {
  let first = 0;
  return before.map(({ length }) => {
    const from = first;
    first += length;
    return [...given].flatMap(([index, output]) => (index >= from && index < first ? [output] : []));
  });
};

/** About as many portions as each has batches; a list that `onFailure` gave instead is one. */
export const portionsIn = (batches: Batches, { output, letters }: StageEnd): Batches => {
  const { outputs } = output as { readonly outputs: readonly Json[] }; // of a map
  const isInstead = letters.length > 0 && outputs.length !== batches.flat().length;
  if (isInstead) return [outputs];
  const portions = Math.ceil(Math.sqrt(batches.length));
  const size = Math.ceil(batches.length / Math.max(1, portions));
  return Array.from({ length: Math.ceil(batches.length / Math.max(1, size)) }, (_, at) =>
    batches.slice(at * size, (at + 1) * size).flat(),
  );
};
