import { StateError } from '../errors.ts';
import type { FailState } from '../parse/machine.ts';
import type { Exit, Visit } from './visit.ts';

/** Fail: throws its error and cause, either of which may be absent. */
export const runFail = async (visit: Visit<FailState>): Promise<Exit> => {
  const scope = visit.scope();
  const { error, cause } = visit.state;
  throw new StateError(await error?.(scope), await cause?.(scope));
};
