import { StateError } from '../errors.ts';
import type { FailState } from '../parse/machine.ts';
import type { Exit, Visit } from './visit.ts';

/** Fail: throws its error and cause, either of which may be absent. */
export const runFail = async (visit: Visit<FailState>): Promise<Exit> => {
  const scope = visit.scope();
  const error = await visit.state.error?.(scope);
  const cause = await visit.state.cause?.(scope);
  throw new StateError(
    error === undefined ? undefined : String(error),
    cause === undefined ? undefined : String(cause),
  );
};
