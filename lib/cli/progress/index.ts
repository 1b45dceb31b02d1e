export { drawBlock, drawChanges } from './draw.ts';
export { type Following, followRun } from './follow.ts';
export { lookAt, type RunState, type StageState } from './look.ts';
