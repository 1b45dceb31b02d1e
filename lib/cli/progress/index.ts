export { count, drawBlock, drawChanges, itemsPerSecond } from './draw.ts';
export { type Following, followRun } from './follow.ts';
export { lookAt, type RunState, runState, type StageState } from './look.ts';
