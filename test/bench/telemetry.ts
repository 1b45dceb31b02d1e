// What it costs a stage to tell of itself: an attempt with an empty handler, with the wrapper as it ships against the same without meter,
// metrics and the units that DynamoDB is asked for. The services are in another process: on AWS what they do is not the stage's work.
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

const attempts = 800;
const warmUp = 100;
const goal = 0.05;

const stage = defineStage('rate', { input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) });

export const telemetry = async (): Promise<readonly Row[]> => {
  const services = await startServices();
  const { POWERTOOLS_METRICS_DISABLED: _, ...environment } = stageEnvironment(services);
  const told = stageHandler(stage, ({ input }) => ({ n: input.n * 2 }), environment);
  const { aws } = services;
  const logger = new Logger({ logLevel: 'SILENT' });
  const { cost, score, touch, checkScores, warning, told: last } = openMeter(aws, { startedAt: 0 });
  const silentMeter: Meter = { aws, cost, score, touch, checkScores, warning, told: last, tell: () => ({}) };
  const payloadCache = newPayloadCache();
  const work = ({ input }: { readonly input: { readonly n: number } }) => ({ n: input.n * 2 });

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
  /** Of the processor, in this process: a stage's time is that and waiting, so the share of its time is less. */
  const millisecondsOf = async (way: keyof typeof ways, turn: number): Promise<number> => {
    const before = process.cpuUsage();
    await ways[way](`${way}-${turn}`);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };

  // The lines of metrics go nowhere: on AWS they are written to a pipe.
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  try {
    const times = { telling: [] as number[], silent: [] as number[] };
    for (let turn = -warmUp; turn < attempts; turn++) {
      // By turns, one of each, so that what else the machine does falls on both.
      for (const way of turn % 2 === 0 ? (['telling', 'silent'] as const) : (['silent', 'telling'] as const)) {
        const time = await millisecondsOf(way, turn);
        if (turn >= 0) times[way].push(time);
      }
    }
    const wrapper = median(times.silent);
    const added = median(times.telling) - wrapper;
    const share = added / wrapper;
    return [
      {
        figure: 'telemetry of an empty stage, of its processor time',
        value: `${added.toFixed(2)} ms of ${wrapper.toFixed(1)}, ${(100 * share).toFixed(0)} %; 5 % of a stage that takes ${(added / goal).toFixed(0)} ms`,
        goal: `at most ${100 * goal} % of a stage's time`,
        holds: share <= goal,
        command: `npm run bench -- telemetry: ${attempts} attempts of each by turns, medians`,
      },
    ];
  } finally {
    process.stdout.write = write;
    await services.close();
  }
};
