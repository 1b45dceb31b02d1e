export { type ChildDefinition, type CompiledPipeline, compile } from './compile.ts';
export { renderSvg } from './draw/svg.ts';
export type { Call, LedgerIndex, LedgerRecord } from './estimate/calls.ts';
export { type Estimate, type EstimateOptions, estimate, type StageEstimate } from './estimate/estimate.ts';
export type { LimitUse } from './estimate/limits.ts';
export type { Figures } from './estimate/scenario.ts';
export { type MapMode, mapModeOf } from './map-mode.ts';
export { type Latch, type Plan, type Planned, type Planning, planOf } from './plan/index.ts';
export { checkLimits } from './rules/index.ts';
