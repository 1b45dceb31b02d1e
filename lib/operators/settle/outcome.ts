import type { Ledger, Outcome } from '../../ledger/index.ts';
import type { OnFailure } from '../../records/index.ts';

/** What a failure means for the stage. `output` makes the stage's output of the value that `onFailure` gives. */
export const outcomeOf = async (
  ledger: Ledger,
  pipeline: string,
  onFailure: OnFailure | undefined,
  failure: { readonly error: string; readonly cause: string },
): Promise<Outcome> => {
  if (onFailure === undefined) return { status: 'failed' };
  if (onFailure === 'skip') return { status: 'skipped', reason: `failed: ${failure.error}: ${failure.cause}` };
  return {
    status: 'completed',
    output: await ledger.payloads.store(pipeline, onFailure.value),
    substituted: true,
  };
};
