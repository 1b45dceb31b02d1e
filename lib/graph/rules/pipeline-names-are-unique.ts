import type { Rule } from './rule.ts';

/**
 * HDL206: two pipelines of an application have one name, so their runs would share records and their state machines a
 * name. Fix: rename one.
 */
export const pipelineNamesAreUnique: Rule = ({ graph: { pipeline }, all }) => {
  const first = all.find(({ name }) => name === pipeline.name);
  if (!first || first === pipeline) return [];
  return [
    {
      code: 'HDL206',
      severity: 'error',
      at: pipeline.name,
      message: `two pipelines are called ${pipeline.name}`,
      fix: `rename one of them: definePipeline('${pipeline.name}2', …)`,
    },
  ];
};
