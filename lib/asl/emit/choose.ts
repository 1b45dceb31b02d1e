import type { ChooseNode } from '../../definition/index.ts';
import type { GraphNode } from '../../graph/index.ts';
import { conditionExpression, missingExpression } from '../condition.ts';
import { withChoice } from './flow-state.ts';
import type { Emission, Piece, State } from './piece.ts';

export const emitChoose = (node: ChooseNode, next: string | null, emission: Emission, graph: GraphNode): Piece => {
  const end = `${node.id}.end`;
  const exit = next ?? end;
  const branch = (level: GraphNode['onTrue']): Piece =>
    level && level.nodes.length > 0 ? emission.level(level, exit) : { start: exit, states: {} };
  const onTrue = branch(graph.onTrue);
  const onFalse = branch(graph.onFalse);
  const state: State = {
    Type: 'Choice',
    Choices: [
      { Condition: `{% ${missingExpression(node.when)} %}`, Output: withChoice(node.id, 'none'), Next: exit },
      {
        Condition: `{% ${conditionExpression(node.when)} %}`,
        Output: withChoice(node.id, 'then'),
        Next: onTrue.start,
      },
      { Condition: '{% true %}', Output: withChoice(node.id, 'otherwise'), Next: onFalse.start },
    ],
  };
  const pass: Piece['states'] = next === null ? { [end]: { Type: 'Pass', End: true } } : {};
  return { start: node.id, states: { [node.id]: state, ...onTrue.states, ...onFalse.states, ...pass } };
};
