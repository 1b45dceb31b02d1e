// `npm run faults -- --runs 1000 --seed 7`: random runs with random faults, each compared with what its definition declares.
// `--only SEED` runs one of them again. Ends with a table; exit code 1 where something was lost, doubled or never ended.
import { parseArgs } from 'node:util';
import { table } from '../../lib/cli/table.ts';
import { runTrials, type Trial } from './trials.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '7' },
    only: { type: 'string' },
  },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  process.stderr.write(`faults: --runs is '${values.runs}'; expected a whole number from 1\n`);
  process.exit(2);
}

const startedAt = Date.now();
const trials: Trial[] = [];
await runTrials({
  runs,
  seed: values.seed,
  only: values.only,
  onTrial: (trial) => {
    trials.push(trial);
    if (trials.length % 100 === 0) process.stderr.write(`${trials.length} of ${runs}\n`);
    if (trial.problems.length > 0)
      process.stdout.write(
        [`${trial.seed}: ${trial.faults.join(', ')}`, ...trial.problems.map((line) => `  ${line}`), ''].join('\n'),
      );
  },
});

const names = [...new Set(trials.flatMap(({ faults }) => faults.map((fault) => fault.split(' ')[1] ?? '')))].sort();
const row = (name: string, of: readonly Trial[]): readonly string[] => [
  name,
  ...[
    of.length,
    of.filter(({ declared }) => declared === 'completed').length,
    of.filter(({ declared }) => declared === 'failed').length,
    of.filter(({ resumed }) => resumed).length,
    of.filter(({ problems }) => problems.length > 0).length,
  ].map(String),
];
process.stdout.write(
  `${table(
    ['runs with', 'runs', 'complete', 'fail', 'resumed', 'wrong'],
    [
      row(
        'no fault',
        trials.filter(({ faults }) => faults.length === 0),
      ),
      ...names.map((name) =>
        row(
          name,
          trials.filter(({ faults }) => faults.some((fault) => fault.endsWith(` ${name}`))),
        ),
      ),
      row('all', trials),
    ],
  ).join('\n')}\n\n`,
);
const wrong = trials.filter(({ problems }) => problems.length > 0).length;
process.stdout.write(
  `${trials.length - wrong} passed, ${wrong} failed (seed ${values.seed}, ${Math.round((Date.now() - startedAt) / 1_000)} s)\n`,
);
process.exit(wrong === 0 ? 0 : 1);
