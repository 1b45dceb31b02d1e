// A year of four pipelines, one partition a day, backfilled on the local engine in virtual time; the stages do nothing. `days`
// may be given as an argument of this file alone.
import { openFour } from '../flow/daily-four.ts';
import type { Row } from './row.ts';

const goalSeconds = 60;

export const backfill = async (days = 365): Promise<readonly Row[]> => {
  const { bench, heddle, runs } = await openFour();
  const to = new Date(Date.UTC(2025, 0, days)).toISOString().slice(0, 10);
  const words = ['backfill', 'report', '--from', '2025-01-01', '--to', to, '--upstream', '--concurrency', '20'];
  const began = performance.now();
  const cpu = process.cpuUsage();
  const { code, stdout, stderr } = await heddle(...words, '--go', '--no-wait', '--json');
  if (code !== 0) throw new Error(stderr);
  const ended = await bench.backfill(JSON.parse(stdout).backfill);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const all = await runs();
  const endOf = new Map(all.map(({ pipeline, run, endedAt }) => [`${pipeline} ${run}`, endedAt ?? '']));
  const early = all.filter((run) =>
    Object.values(run.upstream).some((above) => (endOf.get(`${above.pipeline} ${above.run}`) ?? '9') > run.createdAt),
  );
  const whole = ended.status === 'completed' && all.length === 4 * days && early.length === 0;
  await bench.close();
  return [
    {
      figure: `backfill of ${days} partitions x 4 pipelines`,
      value: `${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU; ${all.length} runs, ${early.length} early`,
      goal: `at most ${goalSeconds} s, each once, in order`,
      holds: whole && seconds <= goalSeconds,
      command: 'npm run bench -- backfill',
    },
  ];
};
