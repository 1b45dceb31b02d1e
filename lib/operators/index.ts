export { begin } from './begin.ts';
export { dispatch } from './dispatch.ts';
export { finish, RunFailedError } from './finish.ts';
export { operatorHandler } from './operator-handler.ts';
export type { Outcome } from './outcome.ts';
export { type ExecutionEnded, reconcile } from './reconcile.ts';
export { type QueueMessage, type Replayed, replay } from './replay.ts';
export type { Services } from './services.ts';
export { settle } from './settle/index.ts';
