import { isHandled, type Node } from '../../definition/index.ts';
import { placesIn } from '../read.ts';
import type { Rule } from './rule.ts';

/**
 * HDL102: two stages or choices of a pipeline have one id, which is the name of a state. Usually a stage used twice. Fix:
 * give one of the uses its own id.
 */
export const idsAreUnique: Rule = ({ graph: { pipeline } }) => {
  const seen = new Map<string, string>();
  return placesIn(pipeline.flow).flatMap(({ id, node }) => {
    const what = node.kind === 'choose' ? 'choice' : 'stage';
    const first = seen.get(id);
    if (first === undefined) {
      seen.set(id, what);
      return [];
    }
    return [
      {
        code: 'HDL102',
        severity: 'error',
        at: `${pipeline.name}.${id}`,
        message: first === what ? `two ${what}s are called ${id}` : `a ${first} and a ${what} are both called ${id}`,
        fix: renamed(node),
      },
    ];
  });
};

const renamed = (node: Node): string => {
  if (node.kind === 'choose')
    return `give this use its own name: flow.choose(when, then, otherwise, { id: '${node.id}2' })`;
  if (!isHandled(node)) return `give this one a name of its own: flow.${node.kind}('${node.id}2', …)`;
  return `give this use its own name: flow.${node.kind}(${node.stage.name}, …, { id: '${node.id}2' })`;
};
