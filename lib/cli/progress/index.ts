export { count, drawBlock, drawChanges, itemsPerSecond, paceText } from './draw.ts';
export { type Following, followRun } from './follow.ts';
export { type ItemProgress, itemsSoFar, lookAt, type RunState, runState, type StageState } from './look.ts';
export { type MapRuns, openMapRuns } from './map-runs.ts';
