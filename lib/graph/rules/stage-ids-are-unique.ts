import type { Rule } from './index.ts';

/** HDL102: two uses of a stage, or two stages, have one id. Each use needs its own, as it is the name of a state. */
export const stageIdsAreUnique: Rule = ({ graph }) => {
  const seen = new Set<string>();
  return graph.stages.flatMap(({ id }) => {
    const repeated = seen.has(id);
    seen.add(id);
    if (!repeated) return [];
    return [
      {
        code: 'HDL102',
        severity: 'error',
        at: `${graph.pipeline.name}.${id}`,
        message: `two stages are called ${id}`,
        fix: `give this use its own name: flow.task(${id}, input, { id: '${id}2' })`,
      },
    ];
  });
};
