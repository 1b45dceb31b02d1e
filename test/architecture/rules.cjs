// What each layer of lib/ may import from lib/. Anything not listed is an error.
const may = {
  support: [],
  records: ['support'],
  definition: ['records', 'support'],
  graph: ['definition', 'records', 'support'],
  asl: ['definition', 'graph', 'records', 'support'],
  ledger: ['records', 'support'],
  pipelines: ['definition', 'support'],
  runtime: ['definition', 'ledger', 'records', 'support'],
  operators: ['ledger', 'records', 'support'],
  console: ['records', 'support'],
  // What dashboards show: the console's views of what the ledger has.
  widgets: ['console', 'ledger', 'operators', 'records', 'support'],
  constructs: ['definition', 'graph', 'asl', 'records', 'support'],
  local: ['support'],
  // Runs what ships, compiled machine, wrapper and operators, on the engine: so it may see all of it.
  verify: ['definition', 'graph', 'asl', 'ledger', 'local', 'operators', 'records', 'runtime', 'support'],
  // Lays the estimate's load on AWS's quotas.
  simulate: ['definition', 'graph', 'asl', 'records', 'support'],
  cli: ['console', 'definition', 'graph', 'asl', 'ledger', 'local', 'records', 'support', 'verify'],
};
const layers = Object.entries(may).map(([layer, ok]) => ({
  name: `layer-${layer}`,
  severity: 'error',
  comment: `lib/${layer} may import from lib only: ${ok.join(', ') || 'nothing'}`,
  from: { path: `^lib/${layer}/` },
  to: { path: '^(lib|lambdas|bin|test)/', pathNot: [`^lib/(${[layer, ...ok].join('|')})/`] },
}));
module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'cdk-at-the-edge',
      severity: 'error',
      comment: 'aws-cdk-lib is for lib/constructs and bin',
      from: { path: '^(lib|lambdas)/', pathNot: '^lib/constructs/' },
      to: { path: 'node_modules/(aws-cdk-lib|constructs)/' },
    },
    {
      name: 'lambda-bundles-stay-small',
      severity: 'error',
      comment: 'a handler must not reach synth-time code, even through a friend',
      from: { path: '^lambdas/' },
      to: {
        path: '(^lib/(graph|asl|constructs|local|verify|simulate|cli)/|node_modules/aws-cdk-lib/)',
        reachable: true,
      },
    },
    {
      name: 'lambdas-see-contracts',
      severity: 'error',
      comment: 'of a pipeline, a handler sees its contracts and its logic, never its wiring',
      from: { path: '^lambdas/' },
      to: { path: '^lib/pipelines/(.+/pipeline|[^/]+/index)\\.ts$' },
    },
    {
      name: 'front-door',
      severity: 'error',
      comment: 'another layer is imported through its index.ts (lib/support and lib/pipelines have none)',
      from: { path: '^lib/([^/]+)/' },
      to: { path: '^lib/([^/]+)/.+', pathNot: ['^lib/$1/', '^lib/[^/]+/index\\.ts$', '^lib/(support|pipelines)/'] },
    },
    {
      name: 'late-at-once',
      severity: 'error',
      comment:
        'the engine loads its parts with late (late-modules.ts): what import() has on its way cannot be required meanwhile',
      from: { path: '^lib/local/' },
      to: { dynamic: true, dependencyTypesNot: ['type-import', 'type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'but for what a browser loads',
      from: { orphan: true, path: '^lib/', pathNot: ['\\.d\\.m?ts$', '/console/browser\\.mjs$'] },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
