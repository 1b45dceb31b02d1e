import type { Known } from '../../console/index.ts';
import { PayloadGoneError, UnavailableError } from '../../ledger/index.ts';
import type { Json } from '../../records/index.ts';

/** A value that the ledger keeps; where it cannot be had, why. */
export const knownOf = async (read: () => Promise<unknown>): Promise<Known> => {
  try {
    return { value: (await read()) as Json }; // it was stored as JSON
  } catch (error) {
    if (error instanceof UnavailableError) return { missing: `Part of it did not come: ${error.message}.` };
    if (error instanceof PayloadGoneError) return { missing: `It is kept no longer: ${error.message}.` };
    throw error;
  }
};
