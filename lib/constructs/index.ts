export type { PipelineAttributes } from './imported-pipeline.ts';
export type { LineageOptions } from './lineage.ts';
export type { PipelineMetric, StageMetric } from './metrics.ts';
export { Orchestrator, type OrchestratorProps } from './orchestrator.ts';
export { Pipeline, type PipelineProps } from './pipeline.ts';
export type { IPipeline } from './pipeline-interface.ts';
export type { IOrchestrator, Monitoring, StageDefaults } from './shared.ts';
export { StageFunction } from './stage-function.ts';
