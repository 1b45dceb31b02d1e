import type { Services } from '../services.ts';
import type { Call, SettleAnswer } from './answer.ts';

/** Records the branches that a choice and those inside it took, before anybody who waits for it is woken. */
export const released = async (
  { run, choices, chosen }: Call<'released'>,
  { ledger }: Services,
): Promise<SettleAnswer> => {
  for (const choose of choices) {
    const taken = chosen[choose];
    if (taken) await ledger.choices.record(run.pipeline, run.id, choose, taken);
  }
  return { control: {} };
};
