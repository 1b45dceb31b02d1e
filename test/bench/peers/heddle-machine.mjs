// A workload of the peers' benchmark as a state machine: a chain of Tasks, a Map, or a Parallel for each layer of a DAG.
const functionArn = (name) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;

/** The states of a chain: `states` in order, each with its name. */
const sequence = (states) => ({
  StartAt: states[0][0],
  States: Object.fromEntries(
    states.map(([name, state], index) => {
      const next = states[index + 1];
      return [name, next ? { ...state, Next: next[0] } : { ...state, End: true }];
    }),
  ),
});

const layers = (spec) =>
  Array.from({ length: spec.layers }, (_, layer) => spec.nodes.filter((node) => node.layer === layer));

/** `task(node)` gives the Task state of a node, whose input is what `node.from` says: nothing, one output or a layer's. */
export const machineOf = (spec, task) => {
  if (spec.kind === 'chain') return sequence(spec.nodes.map((node) => [node.id, task(node)]));
  if (spec.kind === 'map') {
    const fan = {
      Type: 'Map',
      Items: '{% $states.input.items %}',
      MaxConcurrency: spec.concurrency,
      ItemProcessor: sequence([['item', task({ id: 'item' })]]),
    };
    return sequence([
      ['fan', fan],
      ['aggregate', task({ id: 'aggregate' })],
    ]);
  }
  const branches = (nodes) => nodes.map((node) => sequence([[node.id, task(node)]]));
  return sequence(layers(spec).map((nodes, n) => [`layer${n}`, { Type: 'Parallel', Branches: branches(nodes) }]));
};

/** A Task that calls the function `name` with the state's input. */
export const plainTask = (name) => ({ Type: 'Task', Resource: functionArn(name) });

export const inputOf = (spec) =>
  JSON.stringify(spec.kind === 'map' ? { items: Array.from({ length: spec.items }, (_, index) => index) } : {});

/** Calls the stage body `stage` for the node that a task stands for, with its inputs taken from the task's event. */
export const callStage = (spec, node, event, stage) => {
  if (spec.kind === 'map') return node.id === 'item' ? stage(`m${event}`, [event]) : stage('aggregate', event);
  if (node.deps.length === 0) return stage(node.id, []);
  if (spec.kind === 'chain') return stage(node.id, [event]);
  return stage(
    node.id,
    node.deps.map((id) => event.find((output) => output.id === id)),
  );
};

export const nodesOf = (spec) => (spec.kind === 'map' ? [{ id: 'item' }, { id: 'aggregate' }] : spec.nodes);

/** Makes the machine and gives what runs it once. */
export const runner = async (engine, spec, definition) => {
  const sfn = engine.service('sfn');
  const { stateMachineArn } = await sfn.call('CreateStateMachine', {
    name: 'workload',
    definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }),
    roleArn: 'arn:aws:iam::123456789012:role/none',
  });
  const input = inputOf(spec);
  let last;
  const runOnce = async () => {
    const { executionArn } = await sfn.call('StartExecution', { stateMachineArn, input });
    last = executionArn;
    const { status, output, error, cause } = await engine.ended(executionArn);
    if (status !== 'SUCCEEDED') throw new Error(`${status} ${error} ${cause}`);
    const result = JSON.parse(output);
    return Array.isArray(result) ? result.at(-1) : result;
  };
  /** How the last run stands in the history: every stage that was recorded. */
  const evidence = async () => {
    let stages = 0;
    let events = 0;
    let nextToken;
    do {
      const page = await sfn.call('GetExecutionHistory', { executionArn: last, maxResults: 1000, nextToken });
      for (const { type } of page.events) if (type === 'LambdaFunctionSucceeded') stages += 1;
      events += page.events.length;
      nextToken = page.nextToken;
    } while (nextToken);
    if (stages !== spec.stages / spec.runs) throw new Error(`${stages} stages in the history, expected ${spec.stages}`);
    return `${stages} stages and ${events} events in the history`;
  };
  return { runOnce, evidence, close: () => engine.close() };
};
