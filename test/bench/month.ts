// `node bin/run.mjs test/bench/month.ts [one|hours]`: a month of a whole template in virtual time: of four pipelines a day, of one, or of
// these four and one an hour. Prints what it took, in milliseconds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestApp } from '../../lib/cli/index.ts';
import { monthly, withHours } from '../flow/month/pipelines.ts';
import { synthesize } from '../flow/month/synth.ts';

const pipelines = { one: monthly.slice(0, 1), hours: withHours }[process.argv[2] ?? ''] ?? monthly;
const folder = mkdtempSync(join(tmpdir(), 'heddle-month-'));
try {
  const assembly = synthesize(join(folder, 'cdk.out'), pipelines);
  const opening = performance.now();
  const app = await openTestApp({ assembly, at: '2026-01-01T00:00:00Z' });
  const began = performance.now();
  const cpu = process.cpuUsage();
  await app.advanceTo('2026-02-01T00:00:00Z');
  const ended = performance.now();
  const { user, system } = process.cpuUsage(cpu);
  const runs: { [pipeline: string]: string } = {};
  for (const { name } of pipelines) {
    const all = await app.ledger.runs.latest(name, 1_000);
    runs[name] = `${all.filter(({ status }) => status === 'completed').length} of ${all.length}`;
  }
  await app.close();
  console.log(
    JSON.stringify({ openMs: began - opening, monthMs: ended - began, cpuMs: (user + system) / 1_000, runs }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
