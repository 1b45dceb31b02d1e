import { batchesOf, fuseMaps, type Level } from '../../graph/index.ts';
import { compile } from '../compile.ts';
import { type AslMachine, type AslState, isDistributed, statesOf } from '../estimate/machine.ts';
import { planOf } from '../plan/index.ts';
import { type LimitContext, type LimitRule, placeOf } from './rule.ts';

/**
 * HDL235: a pipeline is to run as Express executions, but something in it cannot: they wait for no task token (flow.approve,
 * flow.run, a latch), for no end of what they start, for no activity, and have no Distributed Map. Fix: leave `type` out, or
 * change the stage named.
 */
export const expressIsPossible: LimitRule = (context) => {
  const { graph } = context;
  if (graph.pipeline.type !== 'express') return [];
  const { definition } = compile(graph);
  return statesOf(JSON.parse(definition) as AslMachine).flatMap(([name, state]) => {
    const [stage = name] = name.split('.');
    const obstacle = obstacleIn(name, stage, state, context);
    if (!obstacle) return [];
    const { message, fix, at = stage } = obstacle;
    return [
      {
        code: 'HDL235',
        severity: 'error',
        at: placeOf(context, at === '' ? undefined : at),
        message: `the pipeline is express, but ${message}`,
        fix: [...(fix ? [`${fix}, or`] : []), "leave type: 'express' out"].join(' '),
      },
    ];
  });
};

interface Obstacle {
  readonly message: string;
  /** What else to do than to leave `type` out. */
  readonly fix?: string;
  /** '' for the pipeline itself. @default the stage that the state belongs to */
  readonly at?: string;
}

const obstacleIn = (
  name: string,
  stage: string,
  state: AslState,
  { graph, estimate }: LimitContext,
): Obstacle | undefined => {
  const { Resource = '' } = state;
  if (isDistributed(state)) {
    const { items, batches } = estimate.stages.find((each) => each.stage === stage)?.map ?? {};
    const size = batches === undefined ? '' : ` (${items} items in ${batches} batches)`;
    return {
      message: `this map${size} needs child executions, which Express executions cannot have`,
      fix: 'map over a list with concurrency 40 or less and larger batches',
    };
  }
  if (name.endsWith('.latch')) {
    const latch = name.slice(0, -'.latch'.length);
    const others = latchesIn(graph.root).find((each) => each.name === latch)?.producers ?? [];
    return {
      message: `this stage waits for ${others.map((other) => other.replace(/\.batch$/, '')).join(', ')} besides what it follows in its branch, which takes a task token, and Express executions have none`,
      fix: 'let it need all or none of those that run beside each other',
    };
  }
  if (Resource.endsWith('.waitForTaskToken')) {
    const kind = graph.stages.find(({ id }) => id === stage)?.node.kind;
    const what = kind === 'approve' ? "a person's answer" : kind === 'run' ? 'another run' : 'a callback';
    return { message: `this stage waits for ${what} with a task token, and Express executions have none` };
  }
  if (stage.startsWith('machine_') && Resource.includes(':states:startExecution.sync'))
    return {
      message: 'it is too large for one machine, and Express executions cannot wait for the machines of its parts',
      fix: 'make it smaller',
      at: '',
    };
  if (/\.sync(:2)?$/.test(Resource))
    return {
      message: 'this stage waits for the end of what it calls, and Express executions only wait for the answer',
      fix: 'call it without .sync',
    };
  if (Resource.includes(':activity:'))
    return { message: 'this stage is an activity, and Express executions have none' };
  return undefined;
};

const latchesIn = (level: Level): ReturnType<typeof planOf>['latches'] => {
  const inside = level.nodes.flatMap(({ onTrue, onFalse }) => [onTrue, onFalse].flatMap((inner) => inner ?? []));
  const { nodes } = fuseMaps(level);
  const items = nodes.filter(({ node }) => node.kind === 'map').map(batchesOf);
  return [
    ...[nodes, ...items.map((batches) => batches.nodes)].flatMap((each) => planOf(each).latches),
    ...inside.flatMap(latchesIn),
  ];
};
