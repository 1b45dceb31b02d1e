// `node test/local/crash/services-stress.ts 100 [SEED]`: kills engines of many services that many times. What they do, messages.ts, stores.ts and executions.ts say.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { live, randomEnd, seeded } from './lives.ts';

const KILLS_A_RUN = 20;
const MOST_NOTES = 25; // of one life
const CHILD = join(import.meta.dirname, 'services-child.ts');
const wanted = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);

const random = seeded(seed);
console.log(`seed ${seed}`);
let [kills, problems] = [0, 0];
for (let run = 1; kills < wanted; run += 1) {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-stress-'));
  const last = Math.min(kills + KILLS_A_RUN, wanted);
  for (;;) {
    const program = [CHILD, join(folder, 'state'), join(folder, 'notes')];
    const ending = await live<{ readonly problems: readonly string[] }>(
      program,
      kills < last ? randomEnd(random, MOST_NOTES) : undefined,
    );
    if (ending === undefined) {
      kills += 1;
      continue;
    }
    problems += ending.problems.length;
    for (const problem of ending.problems) console.log(`run ${run}: ${problem} (state kept in ${folder})`);
    if (ending.problems.length === 0) rmSync(folder, { recursive: true });
    break;
  }
}
console.log(`${kills} kills; ${problems} problems`);
process.exit(problems === 0 ? 0 : 1);
