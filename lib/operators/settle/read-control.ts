import { UnavailableError } from '../../ledger/index.ts';
import type { Choices, Control, Json, ReadControlAnswer } from '../../records/index.ts';
import type { Services } from '../services.ts';
import type { Call } from './answer.ts';

/** Reads control values and choices from the ledger. A value that will not come is left out, as if its stage had said so. */
export const readControl = async (
  { run, slots, choices, chosen }: Call<'readControl'>,
  { ledger }: Services,
): Promise<ReadControlAnswer> => {
  const resolver = ledger.resolver();
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen };
  const control: [string, Control][] = [];
  for (const { stage, control: paths } of slots) {
    const values: [string, Json][] = [];
    for (const { key, path, count } of paths) {
      try {
        const ref = { kind: 'ref', source: { kind: 'stage', stage }, path } as const;
        values.push([key, count ? await resolver.lengthOf(ref, scope) : await resolver.resolve(ref, scope)]);
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
      }
    }
    control.push([stage, Object.fromEntries(values)]);
  }
  const taken: [string, Choices[string]][] = [];
  for (const choose of choices) {
    const branch = await ledger.choices.get(run.pipeline, run.id, choose);
    if (branch) taken.push([choose, branch]);
  }
  return { control: Object.fromEntries(control), chosen: Object.fromEntries(taken) };
};
