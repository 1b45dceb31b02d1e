// `node test/local/crash/stress.ts 100 [SEED]`: kills engines that many times, over as many runs as that takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Survived, seeded, survive } from './lives.ts';
import { tasks } from './machine.ts';

const KILLS_A_RUN = 10;
const wanted = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);

const random = seeded(seed);
const runs: Survived[] = [];
const total = (of: (run: Survived) => number): number => runs.reduce((sum, run) => sum + of(run), 0);
while (total((run) => run.kills) < wanted) {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-stress-'));
  const left = wanted - total((run) => run.kills);
  const run = await survive(folder, Math.min(KILLS_A_RUN, left), random);
  runs.push(run);
  for (const problem of run.problems) console.log(`run ${runs.length}: ${problem} (state kept in ${folder})`);
  if (run.problems.length === 0) rmSync(folder, { recursive: true });
}
const problems = total((run) => run.problems.length);
console.log(
  `seed ${seed}: ${total((run) => run.kills)} kills in ${runs.length} runs of ${tasks.length} tasks; ` +
    `${total((run) => run.effects)} side effects, ${total((run) => run.repeated)} of them repeated by tasks that were ` +
    `under way at a kill; ${problems} problems`,
);
process.exit(problems === 0 ? 0 : 1);
