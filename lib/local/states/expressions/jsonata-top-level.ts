// What AWS refuses of an expression, as a machine is made, that the jsonata package takes.
// An expression of a machine has no context: the input is $states.input. AWS refuses one that reads a field of nothing.
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html

/** Sound JSONata that Step Functions does not take. */
export class UnsupportedExpression extends SyntaxError {}

/** What the jsonata package makes of an expression; its own types know half of it. */
interface Node {
  readonly type: string;
  /** Where its first word ends. */
  readonly position?: number;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly expression?: Node;
  readonly expressions?: readonly Node[];
  readonly lhs?: Node | readonly Node[] | readonly (readonly Node[])[];
  readonly rhs?: Node;
  readonly procedure?: Node;
  readonly arguments?: readonly Node[];
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly body?: Node;
}

/** The parts of an expression that have its context: not the later steps of a path, nor what is asked of each of its values. */
const sharing = (node: Node): readonly (Node | undefined)[] => {
  const { expressions = [], steps = [] } = node;
  const left = [node.lhs ?? []].flat(2) as Node[]; // of an object: its pairs
  switch (node.type) {
    case 'path':
      return steps.slice(0, 1);
    case 'unary':
      return [node.expression, ...expressions, ...left];
    case 'binary':
    case 'bind':
    case 'apply':
      return [...left, node.rhs];
    case 'function':
    case 'partial':
      return [node.procedure, ...(node.arguments ?? [])];
    case 'block':
      return expressions;
    case 'condition':
      return [node.condition, node.then, node.else];
    case 'lambda':
      return [node.body];
    default:
      return [];
  }
};

/** Throws for a path that starts with the name of a field. */
export const checkTopLevel = (node: Node): void => {
  const [first] = node.type === 'path' ? (node.steps ?? []) : [];
  if (first?.type === 'name')
    throw new UnsupportedExpression(`Reference to '${first.value}' at the top level is not supported.`);
  for (const part of sharing(node)) if (part) checkTopLevel(part);
};

/** Throws for `??` and `?:`, which AWS's JSONata (2.0.6) has not, as its parser does. */
export const checkOperators = (node: Node, source: string): void => {
  const { type, position = 0 } = node;
  const operator = type === 'condition' ? source.slice(position - 2, position) : '';
  if (operator === '??' || operator === '?:') {
    throw new SyntaxError(`The symbol "${operator.at(1)}" cannot be used as a unary operator`);
  }
  for (const inner of Object.values(node))
    if (typeof inner === 'object' && inner !== null) checkOperators(inner, source);
};
