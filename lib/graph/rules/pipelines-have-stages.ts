import type { Rule } from './rule.ts';

/** HDL212: a pipeline with no stages, which could do nothing. Fix: add one with flow.task or flow.map. */
export const pipelinesHaveStages: Rule = ({ graph: { pipeline, stages } }) =>
  stages.length > 0
    ? []
    : [
        {
          code: 'HDL212',
          severity: 'error',
          at: pipeline.name,
          message: 'the pipeline has no stages',
          fix: 'add one with flow.task or flow.map',
        },
      ];
