// What it costs a stage to tell of itself: an attempt with an empty handler, on the local services in this process, with the wrapper as it
// ships against the same without meter, metrics and the units that DynamoDB is asked for.
import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { defineStage } from '../../lib/definition/index.ts';
import { openLedger } from '../../lib/ledger/index.ts';
import type { StageAnswer, StageCall } from '../../lib/records/index.ts';
import { stageHandler } from '../../lib/runtime/index.ts';
import { logAttempt } from '../../lib/runtime/log-attempt.ts';
import { type Meter, openMeter } from '../../lib/runtime/meter.ts';
import { runTask } from '../../lib/runtime/run-task.ts';
import { openStore } from '../../lib/runtime/store.ts';
import { openServices, stageEnvironment } from '../services.ts';
import { median } from './measure.ts';
import type { Row } from './row.ts';

const rounds = 15;
const attemptsOfRound = 40;
const goal = 0.05;
/** A call of some service: what a stage does at least. */
const workMs = 20;

const stage = defineStage('rate', { input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) });

export const telemetry = async (): Promise<readonly Row[]> => {
  const services = await openServices();
  const { POWERTOOLS_METRICS_DISABLED: _, ...environment } = stageEnvironment(services);
  const told = stageHandler(stage, ({ input }) => ({ n: input.n * 2 }), environment);
  const ledger = openLedger(services.aws, { table: 'ledger', payloadBucket: 'payloads' });
  const logger = new Logger({ logLevel: 'SILENT' });
  const silentMeter: Meter = { ...openMeter(services.aws, { startedAt: 0 }), tell: () => ({}) };

  const call = (run: string): StageCall => ({
    run: { pipeline: 'orders', id: run, partition: 'p', definitionHash: 'abc', execution: run },
    stage: 'rate',
    bind: { kind: 'value', value: { n: 4 } },
    after: [],
    control: [],
    chosen: {},
  });
  const silent = middy<StageCall, StageAnswer, Error, Context>()
    .use(logAttempt(logger))
    .handler((asked: StageCall, { awsRequestId: owner }: Context) =>
      runTask(stage, ({ input }) => ({ n: input.n * 2 }), {
        call: asked,
        ledger,
        store: openStore(services.aws, 'payloads', asked.run),
        logger,
        meter: silentMeter,
        deadLetterQueueUrl: services.queueUrl,
        owner,
        build: { code: 'code', contract: 'contract' },
        signal: new AbortController().signal,
        now: Date.now,
        remainingMs: () => 60_000,
      }),
    );
  const context = (run: string) => ({ awsRequestId: run, getRemainingTimeInMillis: () => 60_000 }) as Context;
  const ways = {
    telling: (run: string) => told(call(run), context(run)),
    silent: (run: string) => silent(call(run), context(run)),
  };
  /** Of the processor, wrapper and services together: what else the machine does is not in it. */
  const millisecondsOf = async (way: keyof typeof ways, round: number): Promise<number> => {
    const before = process.cpuUsage();
    for (let n = 0; n < attemptsOfRound; n++) await ways[way](`${way}-${round}-${n}`);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / attemptsOfRound;
  };

  // The lines of metrics go nowhere: on AWS they are written to a pipe.
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  try {
    const pairs: { readonly telling: number; readonly silent: number }[] = [];
    for (let round = -2; round < rounds; round++) {
      // By turns, so that what else the machine does falls on both.
      const first = round % 2 === 0 ? 'telling' : 'silent';
      const second = first === 'telling' ? 'silent' : 'telling';
      const times = { [first]: await millisecondsOf(first, round), [second]: await millisecondsOf(second, round) };
      if (round >= 0) pairs.push({ telling: times.telling ?? 0, silent: times.silent ?? 0 }); // the first ones warm up
    }
    const wrapper = median(pairs.map((pair) => pair.silent));
    const added = median(pairs.map((pair) => pair.telling - pair.silent));
    const share = added / (wrapper + workMs);
    return [
      {
        figure: `telemetry of a stage that works for ${workMs} ms`,
        value: `${added.toFixed(2)} ms of CPU, ${(100 * share).toFixed(1)} % (of an empty one's ${wrapper.toFixed(1)} ms, ${((100 * added) / wrapper).toFixed(0)} %)`,
        goal: `at most ${100 * goal} % of a stage's time`,
        holds: share <= goal,
        command: `npm run bench -- telemetry: ${rounds} rounds of ${attemptsOfRound} attempts by turns`,
      },
    ];
  } finally {
    process.stdout.write = write;
    await services.close();
  }
};
