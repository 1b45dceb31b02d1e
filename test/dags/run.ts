// `npm run dags -- FILE.jsonl`: what the compiler makes of graphs of tasks, by running it. `--json` gives one line a graph,
// `--only TEXT` those whose id or kind holds the text. Ends with `N passed, N failed`.
import { table } from '../../lib/cli/table.ts';
import { criticalPathOf, familyOf, readGraphs, type TaskGraph, wavesOf } from './dag.ts';
import { type DagRun, runDag } from './run-dag.ts';
import { type Measured, ofAll, ofFamily, ofGraph } from './targets.ts';

const [, , ...given] = process.argv;
const json = given.includes('--json');
const only = given.includes('--only') ? given[given.indexOf('--only') + 1] : undefined;
const [file] = given.filter((word, place) => !word.startsWith('--') && given[place - 1] !== '--only');
if (file === undefined) {
  process.stderr.write(
    'dags: name a file of graphs, one a line: {"id", "app", "tasks": [{"id", "seconds", "deps"}]}\n',
  );
  process.exit(2);
}

const say = (lines: string | readonly string[]): void => {
  (json ? process.stderr : process.stdout).write(`${[lines].flat().join('\n')}\n`);
};

const measured = (graph: TaskGraph, run: DagRun): Measured => {
  const path = criticalPathOf(graph);
  const waves = wavesOf(graph);
  return {
    graph,
    run,
    stages: graph.tasks.length,
    ratio: run.milliseconds / path,
    wavesRatio: waves.milliseconds / path,
    wavesTransitions: waves.transitions,
  };
};

const printed = ({ graph, run, stages, ratio, wavesRatio }: Measured): string =>
  JSON.stringify({
    id: graph.id,
    stages,
    ratio,
    transitions: run.transitions,
    latches: run.latches,
    bytes: run.bytes,
    events: run.events,
    compileMs: Math.round(run.compileMs * 100) / 100,
    wavesRatio,
  });

const three = (value: number): string => value.toFixed(3);
const whole = (value: number): string => Math.round(value).toString();
const greatest = (rows: readonly Measured[], of: (row: Measured) => number): number =>
  rows.reduce((most, row) => Math.max(most, of(row)), 0);
const sum = (rows: readonly Measured[], of: (row: Measured) => number): number =>
  rows.reduce((total, row) => total + of(row), 0);

const heads = ['', 'stages', 'ratio', 'waves', 'per stage', 'waves', 'latches', 'kB', 'events', 'compile ms'];

/** Of one graph its figures; of several the worst ratio, size and time, and all transitions over all stages. */
const row = (name: string, rows: readonly Measured[]): readonly string[] => [
  name,
  whole(sum(rows, ({ stages }) => stages)),
  three(greatest(rows, ({ ratio }) => ratio)),
  three(greatest(rows, ({ wavesRatio }) => wavesRatio)),
  three(sum(rows, ({ run }) => run.transitions) / sum(rows, ({ stages }) => stages)),
  three(sum(rows, ({ wavesTransitions }) => wavesTransitions) / sum(rows, ({ stages }) => stages)),
  whole(sum(rows, ({ run }) => run.latches)),
  whole(greatest(rows, ({ run }) => run.bytes) / 1_000),
  whole(greatest(rows, ({ run }) => run.events)),
  greatest(rows, ({ run }) => run.compileMs).toFixed(1),
];

const groupedBy = (
  rows: readonly Measured[],
  of: (row: Measured) => string,
): ReadonlyMap<string, readonly Measured[]> => {
  const groups = new Map<string, Measured[]>();
  for (const each of rows) groups.set(of(each), [...(groups.get(of(each)) ?? []), each]);
  return groups;
};

/** The file is somebody else's: what is wrong with it is told in a line. */
const graphsOfFile = (): ReturnType<typeof readGraphs> => {
  try {
    return readGraphs(file);
  } catch (error) {
    process.stderr.write(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
};

const rows: Measured[] = [];
const graphs = graphsOfFile().filter(({ id, app }) => only === undefined || id.includes(only) || app.includes(only));
const broken: string[] = [];
for (const graph of graphs) {
  try {
    const found = measured(graph, await runDag(graph));
    rows.push(found);
    if (json) process.stdout.write(`${printed(found)}\n`);
  } catch (error) {
    broken.push(`${graph.id}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

if (!json) {
  say(
    table(
      heads,
      rows.map((each) => row(each.graph.id, [each])),
    ),
  );
  say('');
}
const families = groupedBy(rows, ({ graph }) => familyOf(graph));
say(
  table(heads, [
    ...[...groupedBy(rows, ({ graph }) => graph.app)].map(([app, those]) => row(app, those)),
    ...[...families].map(([family, those]) => row(`all of ${family}`, those)),
    row('all', rows),
  ]),
);
const verdicts = [
  ...rows.flatMap(ofGraph),
  ...[...families].flatMap(([family, those]) => ofFamily(family, those)),
  ...ofAll(rows),
  ...broken.map((what) => ({ holds: false, what })),
];
const failed = verdicts.filter(({ holds }) => !holds);
say('');
for (const { what } of failed) say(`failed: ${what}`);
say(`${verdicts.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
