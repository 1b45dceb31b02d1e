// What it costs a stage to tell of itself: an attempt with an empty handler, with the wrapper as it ships against the same without meter,
// metrics and the units that DynamoDB is asked for. The services are in another process: on AWS what they do is not the stage's work.
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { defineStage } from '../../lib/definition/index.ts';
import { newPayloadCache, openLedger } from '../../lib/ledger/index.ts';
import type { StageAnswer, StageCall } from '../../lib/records/index.ts';
import { stageHandler } from '../../lib/runtime/index.ts';
import { logAttempt } from '../../lib/runtime/log-attempt.ts';
import { type Meter, openMeter } from '../../lib/runtime/meter.ts';
import { runTask } from '../../lib/runtime/run-task.ts';
import { openStore } from '../../lib/runtime/store.ts';
import { stageEnvironment } from '../services.ts';
import { median } from './measure.ts';
import type { Row } from './row.ts';
import { startServices } from './services.ts';

/** Of the reference app's fourteen stages `trends.movers` is the shortest, 19 ms in the median of 84 runs: so long with the wrapper's own time. */
const shortestMs = 15;
const warmUp = 100;
const goal = 0.05;

interface Time {
  readonly whole: number;
  readonly processor: number;
}

const stage = defineStage('rate', { input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) });

export const telemetry = async (): Promise<readonly Row[]> => {
  const services = await startServices();
  const { POWERTOOLS_METRICS_DISABLED: _, ...environment } = stageEnvironment(services);
  const told = stageHandler(stage, (given) => work(given), environment);
  const { aws } = services;
  const logger = new Logger({ logLevel: 'SILENT' });
  const silentMeter: Meter = { ...openMeter(aws, { startedAt: 0 }), aws, tell: () => ({}) };
  const payloadCache = newPayloadCache();
  let workMs = 0;
  const work = async ({ input }: { readonly input: { readonly n: number } }) => {
    if (workMs > 0) await sleep(workMs);
    return { n: input.n * 2 };
  };

  const call = (run: string): StageCall => ({
    run: { pipeline: 'orders', id: run, partition: 'p', definitionHash: 'abc', execution: run },
    stage: 'rate',
    bind: { kind: 'value', value: { n: 4 } },
    after: [],
    control: [],
    chosen: {},
  });
  /** As `stageHandler` has it, line by line, but for what tells. */
  const silent = middy<StageCall, StageAnswer, Error, Context>({
    timeoutEarlyInMillis: 500,
    timeoutEarlyResponse: () => {
      throw new Error('out of time');
    },
  })
    .use(logAttempt(logger))
    .handler((asked: StageCall, { awsRequestId: owner }: Context, { signal }: { signal: AbortSignal }) =>
      runTask(stage, work, {
        call: asked,
        ledger: openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' }, payloadCache),
        store: openStore(aws, 'payloads', asked.run, silentMeter.touch),
        logger,
        meter: silentMeter,
        deadLetterQueueUrl: services.queueUrl,
        owner,
        build: { code: 'code', contract: 'contract' },
        signal,
        now: Date.now,
        remainingMs: () => 60_000,
      }),
    );
  const context = (run: string) => ({ awsRequestId: run, getRemainingTimeInMillis: () => 60_000 }) as Context;
  const ways = {
    telling: (run: string) => told(call(run), context(run)),
    silent: (run: string) => silent(call(run), context(run)),
  };
  /** An attempt's time, and how much of it this process's processor worked. */
  const timeOf = async (way: keyof typeof ways, turn: string): Promise<Time> => {
    const before = process.cpuUsage();
    const began = performance.now();
    await ways[way](`${way}-${turn}`);
    const whole = performance.now() - began;
    const { user, system } = process.cpuUsage(before);
    return { whole, processor: (user + system) / 1_000 };
  };

  // The lines of metrics go nowhere: on AWS they are written to a pipe.
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  try {
    const rowOf = async (ofWhat: string, attempts: number): Promise<Row> => {
      const times = { telling: [] as Time[], silent: [] as Time[] };
      for (let turn = -warmUp; turn < attempts; turn++) {
        // By turns, one of each, so that what else the machine does falls on both.
        for (const way of turn % 2 === 0 ? (['telling', 'silent'] as const) : (['silent', 'telling'] as const)) {
          const time = await timeOf(way, `${workMs}-${turn}`);
          if (turn >= 0) times[way].push(time);
        }
      }
      // Of each turn the two are compared with each other: the machine goes from one speed to another in the middle of a measurement.
      const of = (kind: keyof Time) => ({
        without: median(times.silent.map((time) => time[kind])),
        added: median(times.telling.map((time, turn) => time[kind] - (times.silent[turn]?.[kind] ?? Number.NaN))),
      });
      const [whole, processor] = [of('whole'), of('processor')];
      const share = whole.added / whole.without;
      return {
        figure: `telemetry of ${ofWhat}`,
        value: `${whole.added.toFixed(2)} ms of ${whole.without.toFixed(1)}, ${(100 * share).toFixed(1)} %; of the processor ${processor.added.toFixed(2)} of ${processor.without.toFixed(1)}`,
        goal: `at most ${100 * goal} % of a stage's time`,
        holds: share <= goal,
        command: `npm run bench -- telemetry: ${attempts} attempts of each by turns, medians of both and of their differences`,
      };
    };
    const empty = await rowOf('an empty stage', 1_500);
    workMs = shortestMs;
    return [empty, await rowOf("a stage as short as the reference app's shortest", 300)];
  } finally {
    process.stdout.write = write;
    await services.close();
  }
};
