// Runs whose execution died before its last state: stopped by a person, out of time, broken. They are settled, and go on.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { orderOf, planRedo } from '../../lib/ledger/index.ts';
import { type Bench, type EndedRun, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const anything = z.looseObject({});
const [before, after] = ['before', 'after'].map((name) => defineStage(name, { input: anything, output: anything }));
if (!before || !after) throw new Error('two stages were named');

const pausing = definePipeline('pausing', { input: anything }, (flow) => {
  const first = flow.task(before, {});
  const pause = flow.wait('pause', { for: '2h' }, { after: [first] });
  flow.task(after, {}, { after: [pause] });
});
const hour = 3_600;
const calls: string[] = [];
const handlers = Object.fromEntries(
  ['before', 'after'].map((name) => {
    const work = () => {
      calls.push(name);
      return {};
    };
    return [name, work];
  }),
);

const stopAfter = (seconds: number, cause?: string): void =>
  bench.later(seconds, async () => {
    const [run] = await bench.local.ledger.runs.latest('pausing', 1);
    await bench.local.aws.call('states', 'StopExecution', { executionArn: run?.executionArn, cause });
  });

const goOn = ({ run, stages }: EndedRun) =>
  bench.resume(
    run,
    orderOf(
      planRedo({
        records: Object.values(stages),
        stages: ['before', 'pause', 'after'],
        deployed: new Map(),
        lost: new Set(),
        redefined: false,
        from: undefined,
      }),
    ),
  );

test('a run that is stopped while it waits is cancelled with its wait, and goes on from there', async () => {
  calls.length = 0;
  bench = await openBench([pausing], handlers);
  stopAfter(hour, 'not today');
  const stopped = await bench.run('pausing');
  expect([stopped.execution, stopped.run.status, stopped.run.cause, stopped.seconds]).toEqual([
    'ABORTED',
    'cancelled',
    'not today',
    hour,
  ]);
  expect(stopped.run.stages).toEqual({ completed: 1, cancelled: 1 });
  expect(stopped.stages.pause).toMatchObject({ status: 'cancelled', cause: 'not today' });

  const mended = await goOn(stopped);
  expect([mended.execution, mended.run.status]).toEqual(['SUCCEEDED', 'completed']);
  expect(mended.run.stages).toEqual({ completed: 3 });
  expect(mended.stages.pause).toMatchObject({ status: 'completed', until: '2026-01-01T03:00:00.000Z' });
  expect(calls).toEqual(['before', 'after']);
});

test('stopped again, it is cancelled again; each execution has its line in the audit trail', async () => {
  bench = await openBench([pausing], handlers);
  stopAfter(hour);
  const first = await bench.run('pausing');
  stopAfter(hour);
  const again = await goOn(first);
  expect([again.run.status, again.run.generation]).toEqual(['cancelled', 2]);
  const mended = await goOn(again);
  expect([mended.run.status, mended.run.generation]).toEqual(['completed', 3]);
  const trail = await bench.local.ledger.audit.list('pausing', mended.run.run);
  expect(trail.map(({ what }) => what)).toEqual([
    'asked',
    'started',
    'stopped',
    'resumed',
    'started',
    'stopped',
    'resumed',
    'started',
    'ended',
  ]);
});
