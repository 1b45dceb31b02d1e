// `npm run simulate`: many runs a day against AWS's quotas. What it finds, and how it knows: lib/simulate/README.md.
import { table } from '../lib/cli/table.ts';
import { runSimulate } from '../lib/simulate/index.ts';
import { pipelines } from './pipelines.ts';

process.exitCode = runSimulate({
  args: process.argv.slice(2),
  pipelines,
  table,
  say: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
});
