export { type CompiledPipeline, compile } from './compile.ts';
export { type Plan, plan } from './plan.ts';
