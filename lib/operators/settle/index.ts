// `settle`: records what no stage wrapper can: a stage or batch that failed for good, the end of a map, and all that happens
// to stages without a handler.
import type { SettleCall } from '../../records/index.ts';
import type { Services } from '../services.ts';
import type { SettleAnswer } from './answer.ts';
import { batchFailed } from './batch-failed.ts';
import { check } from './check.ts';
import { mapDone } from './map-done.ts';
import { mapFailed } from './map-failed.ts';
import { stageFailed } from './stage-failed.ts';
import { waitDone, waitOpened } from './wait.ts';

export const settle = (call: SettleCall, services: Services): Promise<SettleAnswer> => {
  switch (call.action) {
    case 'stageFailed':
      return stageFailed(call, services);
    case 'batchFailed':
      return batchFailed(call, services);
    case 'mapDone':
      return mapDone(call, services);
    case 'check':
      return check(call, services);
    case 'mapFailed':
      return mapFailed(call, services);
    case 'waitOpened':
      return waitOpened(call, services);
    case 'waitDone':
      return waitDone(call, services);
  }
};
