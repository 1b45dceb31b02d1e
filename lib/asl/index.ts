export { type CompiledPipeline, compile } from './compile.ts';
export { type Latch, type Plan as GraphPlan, type Planned, type Planning, planOf } from './plan/index.ts';
export { type Plan, plan } from './waves.ts';
