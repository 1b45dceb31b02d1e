import { topologicalRanks } from '../../support/topological-order.ts';
import type { Level } from '../graph.ts';
import type { Rule } from './rule.ts';

/**
 * HDL201: stages wait for each other in a circle, so none can ever start. A flow written with definePipeline cannot do
 * this; data made by hand can. Fix: let one of them read something that does not come from the others.
 */
export const stagesFormNoCycle: Rule = ({ graph }) =>
  cyclesIn(graph.root).map((cycle) => ({
    code: 'HDL201',
    severity: 'error',
    at: graph.pipeline.name,
    message: `stages wait for each other in a circle: ${cycle.join(' -> ')}`,
    fix: `let ${cycle[0]} read something that does not come from ${cycle.at(-2)}`,
  }));

/** One cycle of each level that has any. */
const cyclesIn = (level: Level): readonly (readonly string[])[] => {
  const order = topologicalRanks(level.nodes);
  const inside = level.nodes.flatMap(({ onTrue, onFalse }) => [onTrue, onFalse]);
  return [...('cycle' in order ? [order.cycle] : []), ...inside.flatMap((branch) => (branch ? cyclesIn(branch) : []))];
};
