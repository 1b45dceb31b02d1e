// A plan as Amazon States Language, in JSONata. Written from the end backwards: each piece is told which state comes next.
import type { ControlNeed, GraphNode } from '../graph/index.ts';
import type { Json } from '../records/index.ts';
import { invariant } from '../support/invariant.ts';
import { conditionExpression, missingExpression } from './condition.ts';
import { constant } from './constant.ts';
import { controlOfStage, expression } from './control.ts';
import { type Plan, plan } from './plan.ts';
import { operatorRetry, stageRetry } from './retry.ts';

export type State = { readonly [field: string]: Json };

/** A piece of a state machine: where to enter it, and its states in order. Its exits already lead on. */
export interface Piece {
  readonly start: string;
  readonly states: { readonly [name: string]: State };
}

/** How many batches a map is cut into at most, so that a run's history stays far below 25,000 events. */
const mostBatches = 1_000;

const lambdaInvoke = 'arn:aws:states:::lambda:invoke';

/** The `Next` of a state, or the end of the machine or branch. */
const leadTo = (next: string | null): State => (next === null ? { End: true } : { Next: next });

/** The flow's state with a stage's control values put in. */
const withControl = (stage: string): string =>
  `{% $merge([$states.input, {'control': $merge([$states.input.control, {${JSON.stringify(stage)}: $states.result.Payload.control}])}]) %}`;

const withChoice = (choose: string, branch: string): string =>
  `{% $merge([$states.input, {'chosen': $merge([$states.input.chosen, {${JSON.stringify(choose)}: '${branch}'}])}]) %}`;

/** Emits one level of a pipeline. Names of Parallel states count up over the whole machine. */
export class Emitter {
  readonly #needs: readonly ControlNeed[];
  #parallels = 0;

  constructor(needs: readonly ControlNeed[]) {
    this.#needs = needs;
  }

  /** `next` is the state after the piece; null ends the branch. */
  emit(tree: Plan, next: string | null): Piece {
    switch (tree.kind) {
      case 'node':
        return this.#node(tree.node, next);
      case 'sequence':
        return this.#sequence(tree.parts, next);
      case 'parallel':
        return this.#parallel(tree.branches, next);
    }
  }

  #node(node: GraphNode, next: string | null): Piece {
    switch (node.node.kind) {
      case 'task':
        return this.#task(node.node, next);
      case 'map':
        return this.#map(node.node, next);
      case 'choose':
        return this.#choose(node, node.node, next);
    }
  }

  #sequence(parts: readonly Plan[], next: string | null): Piece {
    let after = next;
    let states: Piece['states'] = {};
    for (const part of parts.toReversed()) {
      const piece = this.emit(part, after);
      states = { ...piece.states, ...states };
      after = piece.start;
    }
    invariant(after !== null, 'an empty sequence was planned');
    return { start: after, states };
  }

  #parallel(branches: readonly Plan[], next: string | null): Piece {
    this.#parallels += 1;
    const name = `parallel.${this.#parallels}`;
    const state: State = {
      Type: 'Parallel',
      Branches: branches.map((branch) => {
        const { start, states } = this.emit(branch, null);
        return { StartAt: start, States: states };
      }),
      Output:
        "{% $merge([$states.input, {'control': $merge($states.result.control), 'chosen': $merge($states.result.chosen)}]) %}",
      ...leadTo(next),
    };
    return { start: name, states: { [name]: state } };
  }

  #task(node: Extract<GraphNode['node'], { kind: 'task' }>, next: string | null): Piece {
    const settle = `${node.id}.failed`;
    const call: State = {
      run: '{% $states.input.run %}',
      stage: node.id,
      bind: constant(node.bind),
      after: node.after,
      control: constant(controlOfStage(node.id, this.#needs)),
      chosen: '{% $states.input.chosen %}',
    };
    return {
      start: node.id,
      states: {
        [node.id]: {
          Type: 'Task',
          Resource: lambdaInvoke,
          Arguments: { FunctionName: `\${stage_${node.id}}`, Payload: call },
          Output: withControl(node.id),
          TimeoutSeconds: node.stage.timeoutSeconds + 10, // Lambda's own timeout comes first and says more.
          Retry: stageRetry(node.stage.retry),
          Catch: [caught(settle)],
          ...leadTo(next),
        },
        [settle]: operator(
          'settle',
          {
            action: 'stageFailed',
            run: '{% $states.input.run %}',
            stage: node.id,
            bind: constant(node.bind),
            error: '{% $states.input.failure %}',
          },
          withoutFailure,
          next,
        ),
      },
    };
  }

  #map(node: Extract<GraphNode['node'], { kind: 'map' }>, next: string | null): Piece {
    const batch = `${node.id}.batch`;
    const failed = `${node.id}.failed`;
    const done = `${node.id}.done`;
    const count = expression(node.items, true);
    const size = `$max([${node.batch}, $ceil(${count} / ${mostBatches})])`;
    const call: State = {
      run: '{% $states.input.run %}',
      stage: node.id,
      bind: constant(node.bind),
      after: node.after,
      control: [],
      chosen: '{% $states.input.chosen %}',
      batch: { items: constant(node.items), index: '{% $states.input.index %}', size: '{% $states.input.size %}' },
    };
    return {
      start: node.id,
      states: {
        [node.id]: {
          Type: 'Map',
          Items: `{% (${count} > 0 ? [0..$ceil(${count} / ${size}) - 1] : []) %}`,
          ItemSelector: {
            run: '{% $states.input.run %}',
            chosen: '{% $states.input.chosen %}',
            index: '{% $states.context.Map.Item.Value %}',
            size: `{% ${size} %}`,
          },
          MaxConcurrency: node.concurrency,
          ItemProcessor: {
            ProcessorConfig: { Mode: 'INLINE' },
            StartAt: batch,
            States: {
              [batch]: {
                Type: 'Task',
                Resource: lambdaInvoke,
                Arguments: { FunctionName: `\${stage_${node.id}}`, Payload: call },
                Output: '{% {} %}',
                TimeoutSeconds: node.stage.timeoutSeconds + 10,
                Retry: stageRetry(node.stage.retry),
                Catch: [caught(failed)],
                End: true,
              },
              [failed]: operator(
                'settle',
                { action: 'batchFailed', call, error: '{% $states.input.failure %}' },
                '{% {} %}',
                null,
              ),
            },
          },
          Output: '{% $states.input %}',
          Next: done,
        },
        [done]: operator(
          'settle',
          {
            action: 'mapDone',
            run: '{% $states.input.run %}',
            stage: node.id,
            items: constant(node.items),
            bind: constant(node.bind),
            after: node.after,
            chosen: '{% $states.input.chosen %}',
            tolerate: constant(node.tolerate),
            control: constant(controlOfStage(node.id, this.#needs)),
          },
          withControl(node.id),
          next,
        ),
      },
    };
  }

  #choose(graph: GraphNode, node: Extract<GraphNode['node'], { kind: 'choose' }>, next: string | null): Piece {
    const end = `${node.id}.end`;
    const exit = next ?? end;
    const branch = (level: GraphNode['onTrue']): Piece =>
      level && level.nodes.length > 0 ? this.emit(plan(level), exit) : { start: exit, states: {} };
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
  }
}

/**
 * A Catch that adds the error to the flow's state. A variable would not do: ASL forbids a name assigned both inside and
 * outside a Parallel or Map (https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html).
 */
const caught = (next: string): State => ({
  ErrorEquals: ['States.ALL'],
  Output: "{% $merge([$states.input, {'failure': $states.errorOutput}]) %}",
  Next: next,
});

/** The flow's state as it was before `caught`. */
const withoutFailure =
  "{% {'run': $states.input.run, 'control': $states.input.control, 'chosen': $states.input.chosen} %}";

/** A call of one of our operators' Lambdas. */
export const operator = (
  name: 'begin' | 'settle' | 'finish',
  payload: State,
  output: string,
  next: string | null,
): State => ({
  Type: 'Task',
  Resource: lambdaInvoke,
  Arguments: { FunctionName: `\${operator_${name}}`, Payload: payload },
  Output: output,
  TimeoutSeconds: 120,
  Retry: operatorRetry,
  ...leadTo(next),
});
