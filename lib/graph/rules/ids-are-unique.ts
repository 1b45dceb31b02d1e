import { type Diagnostic, type HandledNode, isHandled, type Node, type Stage } from '../../definition/index.ts';
import { functionKey } from '../functions.ts';
import { placesIn } from '../read.ts';
import type { Rule } from './rule.ts';

/**
 * HDL102: two stages or choices of a pipeline have one id, which is the name of a state; or a stage has the name that other
 * stages, in rounds of a repetition, share a function under. Usually a stage used twice. Fix: give one of the uses its own id.
 */
export const idsAreUnique: Rule = ({ graph: { pipeline } }) => {
  const seen = new Map<string, string>();
  const shared = new Map<string, Stage>();
  return placesIn(pipeline.flow).flatMap(({ id, node }) => {
    const clash = isHandled(node) ? shared.get(functionKey(node)) : undefined;
    if (isHandled(node)) {
      if (clash && clash !== node.stage && !seen.has(id)) return [clashing(`${pipeline.name}.${id}`, node)];
      shared.set(functionKey(node), node.stage);
    }
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

const clashing = (at: string, node: HandledNode): Diagnostic => ({
  code: 'HDL102',
  severity: 'error',
  at,
  message: `stages of two contracts, one in a repetition, would share the function ${functionKey(node)}`,
  fix: `give this use its own name: ${said(node)}(${node.stage.name}, …, { id: '${functionKey(node)}2' })`,
});

const said = (node: HandledNode): string =>
  node.kind === 'map' && node.each !== undefined ? 'each.task' : `flow.${node.kind}`;

const renamed = (node: Node): string => {
  if (node.kind === 'choose')
    return `give this use its own name: flow.choose(when, then, otherwise, { id: '${node.id}2' })`;
  if (!isHandled(node)) return `give this one a name of its own: flow.${node.kind}('${node.id}2', …)`;
  return `give this use its own name: ${said(node)}(${node.stage.name}, …, { id: '${node.id}2' })`;
};
