// Whether a run that is recorded may start now: pauses, then the limits of its pipeline.
export { admit, ended, patient } from './admit.ts';
export { closeWindow, gather } from './gather.ts';
export { hold, pausesFor, release, triggerOf } from './hold.ts';
export { missed } from './missed.ts';
export { recordSkipped, skipRun } from './skip.ts';
export { tellGate } from './tell-gate.ts';
