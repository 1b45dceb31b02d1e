// `settle`: records what no stage wrapper can: a stage or batch that failed for good, the end of a map, and all that happens
// to stages without a handler. It releases their latches, and reads control values that crossed one.
import type { CompensationAnswer, ReadControlAnswer, SettleCall } from '../../records/index.ts';
import type { Services } from '../services.ts';
import type { SettleAnswer } from './answer.ts';
import { ask, askEnded } from './ask.ts';
import { batchFailed } from './batch-failed.ts';
import { check } from './check.ts';
import { childEnded, startChild } from './child.ts';
import { compensationClosed, compensationOpened } from './compensation.ts';
import { mapDone } from './map-done.ts';
import { mapFailed } from './map-failed.ts';
import { poolOpened } from './pool.ts';
import { readControl } from './read-control.ts';
import { released } from './released.ts';
import { serviceDone, serviceOpened } from './service.ts';
import { stageFailed } from './stage-failed.ts';
import { waitDone, waitOpened } from './wait.ts';

export const settle = async (
  call: SettleCall,
  services: Services,
): Promise<SettleAnswer | ReadControlAnswer | CompensationAnswer> => {
  const answer = await perform(call, services);
  // Last: whoever is woken reads what has been recorded. A crash before this line is mended by the state's retry.
  const ended = call.action === 'batchFailed' ? call.call : call;
  if ('mended' in answer && answer.mended) return answer; // it is not over yet
  if ('release' in ended && ended.release) await services.ledger.latches.release(ended.run, ended.stage, ended.release);
  if ('lease' in ended && ended.lease) await services.ledger.pools.release(ended.lease, services.now());
  return answer;
};

const perform = (
  call: SettleCall,
  services: Services,
): Promise<SettleAnswer | ReadControlAnswer | CompensationAnswer> => {
  switch (call.action) {
    case 'stageFailed':
      return stageFailed(call, services);
    case 'batchFailed':
      return batchFailed(call, services);
    case 'mapDone':
      return mapDone(call, services);
    case 'ask':
      return ask(call, services);
    case 'askEnded':
      return askEnded(call, services);
    case 'startChild':
      return startChild(call, services);
    case 'childEnded':
      return childEnded(call, services);
    case 'serviceOpened':
      return serviceOpened(call, services);
    case 'serviceDone':
      return serviceDone(call, services);
    case 'check':
      return check(call, services);
    case 'mapFailed':
      return mapFailed(call, services);
    case 'compensationOpened':
      return compensationOpened(call, services);
    case 'compensationClosed':
      return compensationClosed(call, services);
    case 'waitOpened':
      return waitOpened(call, services);
    case 'waitDone':
      return waitDone(call, services);
    case 'poolOpened':
      return poolOpened(call, services);
    case 'released':
      return released(call, services);
    case 'readControl':
      return readControl(call, services);
  }
};
