// Ten thousand events for a thousand partitions of four pipelines that wait for each other: duplicated, shuffled and delayed, several
// at a time, against dispatch, begin, finish and the ledger as they ship.
import { expect, test } from '@jest/globals';
import { openLedger } from '../../lib/ledger/index.ts';
import { dispatch, type Services } from '../../lib/operators/index.ts';
import type { RunFacts, RunRecord, StartMessage } from '../../lib/records/index.ts';
import { randomFrom } from '../../lib/simulate/arrivals.ts';
import { manualClock } from '../local/manual-clock.ts';
import { atWork } from './at-work.ts';
import { inProcess } from './in-process.ts';
import { openWorkshop } from './workshop.ts';

const partitions = 1_000;
const events = 10_000;
const atOnce = 8;
const upstreams: { readonly [pipeline: string]: readonly string[] } = {
  collect: [],
  sentiment: ['collect'],
  trends: ['collect'],
  summary: ['collect', 'sentiment', 'trends'],
};

const dropped = (index: number): StartMessage => ({
  kind: 'object',
  pipeline: 'collect',
  keyTemplate: 'drops/{partition}/*',
  event: { detail: { bucket: { name: 'inbox' }, object: { key: `drops/p${index}/a.csv`, etag: 'e' } } },
});

test('exactly one completed run for each pipeline and partition, and none before what it reads', async () => {
  const clock = manualClock('2026-01-01T00:00:00Z');
  const workshop = await openWorkshop({ clock });
  try {
    for (const [pipeline, above] of Object.entries(upstreams))
      await workshop.deploy(pipeline, { upstream: Object.fromEntries(above.map((name) => [name, name])) });
    const started: string[] = [];
    const unwired = inProcess(workshop.local.service, (operation, { name }, code) => {
      if (operation === 'StartExecution' && code === undefined) started.push(String(name));
    });
    const aws = { ...workshop.services.aws, call: unwired.call };
    let now = clock.now();
    const services: Services = {
      ...workshop.services,
      aws,
      ledger: openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' }),
      now: () => now++,
      measures: false,
    };
    const work = atWork(services);
    const chance = randomFrom(20_261_126);
    const random = (below: number): number => Math.floor(chance() * below);
    const take = <T>(pool: T[]): T | undefined => {
      const last = pool.pop();
      if (last === undefined || pool.length === 0) return last;
      const at = random(pool.length + 1);
      if (at === pool.length) return last;
      const taken = pool[at];
      pool[at] = last;
      return taken;
    };

    const waiting: StartMessage[] = Array.from({ length: partitions }, (_, index) => dropped(index));
    const running: RunFacts[] = [];
    // Each partition has six events of its own: one drop, three of collect's end, one of sentiment's and of trends'.
    let copies = events - 6 * partitions;
    let handled = 0;
    const one = async (message: StartMessage): Promise<void> => {
      handled += 1;
      const again = copies > 0 && random(10) < 5;
      if (again) copies -= 1;
      const twice = again ? [dispatch(message, services), dispatch(message, services)] : [dispatch(message, services)];
      if (again) handled += 1;
      for (const outcome of await Promise.all(twice))
        if (outcome.kind === 'started') running.push(await work.begun(message.pipeline, outcome.run));
      // And once more, much later.
      if (copies > 0 && random(10) < 3) {
        copies -= 1;
        waiting.push(message);
      }
    };
    const end = async (run: RunFacts): Promise<void> => {
      await work.end(run);
      for (const [pipeline, above] of Object.entries(upstreams))
        if (above.includes(run.pipeline)) waiting.push(work.told(pipeline, run));
    };
    while (waiting.length + running.length > 0) {
      const steps: Promise<void>[] = [];
      while (steps.length < atOnce && waiting.length + running.length > 0) {
        const isEnd = running.length > 0 && (waiting.length === 0 || random(3) === 0);
        const run = isEnd ? take(running) : undefined;
        const message = run ? undefined : take(waiting);
        if (run) steps.push(end(run));
        if (message) steps.push(one(message));
      }
      await Promise.all(steps);
    }

    expect(handled).toBe(events);
    const all = new Map<string, RunRecord>();
    for (const pipeline of Object.keys(upstreams)) {
      const runs = await services.ledger.runs.latest(pipeline, 2 * partitions);
      expect([pipeline, runs.length]).toEqual([pipeline, partitions]);
      expect(new Set(runs.map(({ partition }) => partition)).size).toBe(partitions);
      expect(runs.filter(({ status }) => status !== 'completed')).toEqual([]);
      for (const run of runs) all.set(run.run, run);
    }
    // AWS answers a repeat with the execution that there is, so names may come twice, but never one of another run.
    expect(new Set(started)).toEqual(new Set(all.keys()));
    const early = [...all.values()].filter((run) => {
      const above = upstreams[run.pipeline] ?? [];
      const read = Object.values(run.upstream).map((one) => all.get(one.run));
      return read.length !== above.length || read.some((one) => (one?.endedAt ?? '9') >= run.createdAt);
    });
    expect(early).toEqual([]);
  } finally {
    await workshop.local.close();
  }
}, 600_000);
