// Map, distributed: a child execution for every item or batch.
import { StateError } from '../errors.ts';
import type { Distribution, MapState } from '../parse/machine.ts';
import type { Exit, Progress, Visit } from './visit.ts';

export const runDistributed = async (
  visit: Visit<MapState>,
  _distribution: Distribution,
  _progress: Progress | undefined,
): Promise<Exit> => {
  throw new StateError(
    'States.Runtime',
    `HDL503 the local engine does not run distributed maps yet: ${visit.state.name}`,
  );
};
