import type { Rule } from './rule.ts';

/** HDL736, which `flow.reduce` itself tells where it can, of a stage that is no map though what it gives looks like what one gives. */
export const reducesAreOfMaps: Rule = ({ graph: { pipeline, stages } }) => {
  const kinds = new Map(stages.map(({ id, node }) => [id, node.kind]));
  return stages.flatMap(({ id, node }) => {
    const over = node.kind === 'map' ? node.fold?.over : undefined;
    const kind = over === undefined ? undefined : kinds.get(over);
    if (kind === undefined || kind === 'map') return [];
    return [
      {
        code: 'HDL736',
        severity: 'error',
        at: `${pipeline.name}.${id}`,
        message: `is a reduce over ${over}, which is no map`,
        fix: 'pass what flow.map or flow.each gave back, whole',
      },
    ];
  });
};
