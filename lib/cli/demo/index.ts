export { dayDrop, putHistory } from './by-day.ts';
export type { ChainRun, Link } from './chain.ts';
export { readFaults } from './faults.ts';
export type { Screen } from './follow.ts';
export { type Drop, readInputFile, trialDrop } from './input-file.ts';
export { heddleOn, type LocalHeddle, openLocal } from './local-engine.ts';
export { outputOf, runDrop, saveArtifact } from './run-drop.ts';
