// The six workloads where ../shared/peers is missing, in the shape that its adapters know.
const chain = (length) => Array.from({ length }, (_, n) => ({ id: `s${n}`, deps: n > 0 ? [`s${n - 1}`] : [] }));

const LAYERS = 10;
const WIDTH = 10;

/** Every node but those of the first layer needs its own column and the next; every second one a third. */
const upstream = (column) => [column, (column + 1) % WIDTH, ...(column % 2 === 0 ? [(column + 3) % WIDTH] : [])];
const layered = Array.from({ length: LAYERS * WIDTH }, (_, n) => {
  const [layer, column] = [Math.floor(n / WIDTH), n % WIDTH];
  return {
    id: `l${layer}n${column}`,
    layer,
    deps: layer === 0 ? [] : upstream(column).map((c) => `l${layer - 1}n${c}`),
  };
});

/** `expect` is the `v` of the last result; `stages` counts the bodies of all runs. */
export const WORKLOADS = {
  W1: { title: 'chain of 100', kind: 'chain', nodes: chain(100), stages: 100, runs: 1, expect: 100 },
  W2: {
    title: 'map over 1,000, 40 at once',
    kind: 'map',
    items: 1000,
    concurrency: 40,
    stages: 1001,
    runs: 1,
    expect: 499500,
  },
  W3: { title: 'DAG of 10 x 10', kind: 'dag', nodes: layered, layers: LAYERS, stages: 100, runs: 1, expect: LAYERS },
  W4: { title: '100 runs of a chain of 10', kind: 'chain', nodes: chain(10), stages: 1000, runs: 100, expect: 10 },
  W5: { title: 'process start to first stage done', kind: 'chain', nodes: chain(3), stages: 3, runs: 1, expect: 3 },
  W6: { title: 'chain of 20 of 20 ms', kind: 'chain', nodes: chain(20), sleepMs: 20, stages: 20, runs: 1, expect: 20 },
};

/** The stage body. The second one to start finds the first one's result recorded. */
export const makeStage = (spec, counter) => async (id, inputs) => {
  counter.n += 1;
  if (counter.n === 2) counter.onSecond?.();
  if (spec.sleepMs) await new Promise((resolve) => setTimeout(resolve, spec.sleepMs));
  if (spec.kind !== 'map') return { ok: true, id, v: 1 + Math.max(0, ...inputs.map(({ v }) => v)) };
  return { ok: true, id, v: id === 'aggregate' ? inputs.reduce((sum, { v }) => sum + v, 0) : inputs[0] };
};
