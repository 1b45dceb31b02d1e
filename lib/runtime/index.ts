export { PermanentError, ThrottledError, TransientError } from '../support/run-errors.ts';
export type { Handler, Log, Work } from './attempt.ts';
export { awsSettings, setting } from './environment.ts';
export type { Cost, ModelAnswer, Score, ScoreLimits } from './meter.ts';
export type { PaceClock } from './pace.ts';
export { stageHandler } from './stage-handler.ts';
export { type Artifact, openStore, type Store } from './store.ts';
export type { PoolHandle, Taken, TakeOptions, TakePool } from './take.ts';
