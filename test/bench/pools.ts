// Pools in real time: the protocol of the ledger on the engine's DynamoDB, over its port, with as many as want something at once. Who waits
// is told in this process, in the place of Step Functions; calls are paced by what the stage wrapper paces them by.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { definePool, poolLimits } from '../../lib/definition/index.ts';
import { openLedger, type PoolEntry } from '../../lib/ledger/index.ts';
import { sweepPools } from '../../lib/operators/pools.ts';
import type { PoolAnswer, PoolLease, PoolLimits } from '../../lib/records/index.ts';
import { ownClock, paceOf } from '../../lib/runtime/pace.ts';
import { type Aws, AwsCallError } from '../../lib/support/aws-call.ts';
import type { Row } from './row.ts';
import { startServices } from './services.ts';

const command = 'npm run bench -- pools';
const account = { pipeline: 'bench', generation: 1, stage: 'call' };

/** So much at once; the others wait for their turn. */
const atOnce = (most: number) => {
  const waits: (() => void)[] = [];
  let now = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (now >= most) await new Promise<void>((resolve) => waits.push(resolve));
    now++;
    try {
      return await work();
    } finally {
      now--;
      waits.shift()?.();
    }
  };
};
/** Who comes is let in by the operator `settle`, of which the local engine runs some at once: it is not as many as contend. */
const entering = atOnce(8);

/** A ledger whose waiters are told here. */
const openBench = async () => {
  const services = await startServices();
  const told = new Map<string, (answer: PoolAnswer) => void>();
  const aws: Aws = {
    ...services.aws,
    call: async (service, operation, input) => {
      if (service !== 'states') return services.aws.call(service, operation, input);
      const { taskToken, output } = input as { readonly taskToken: string; readonly output: string };
      const tell = told.get(taskToken);
      if (!tell) throw new AwsCallError('states', 'TaskTimedOut', 'nobody waits', 400);
      told.delete(taskToken);
      tell(JSON.parse(output));
      return {};
    },
  };
  const ledger = openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' });
  const enter = async (pool: string, limits: PoolLimits, name: string, now = Date.now): Promise<PoolLease> => {
    const waits = Promise.withResolvers<PoolAnswer>();
    told.set(name, waits.resolve);
    const owner = `stage/${account.pipeline}/${name}/${account.generation}/${account.stage}`;
    const entry: PoolEntry = { pool, key: '', limits, owner, since: now(), holdMs: 86_400_000, token: name };
    await entering(() => ledger.pools.enter(entry, now()));
    const { lease } = await waits.promise;
    if (!lease) throw new Error('told, but of nothing');
    return lease;
  };
  return { ledger, enter, close: () => services.close() };
};

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `run${n}`);

export const slots = async (contenders = 2_000, holdMs = 500): Promise<readonly Row[]> => {
  const { ledger, enter, close } = await openBench();
  const limits = { slots: 4 };
  let working = 0;
  let most = 0;
  let busyMs = 0;
  let last = 0;
  const began = Date.now();
  /** While somebody waits: until the last one is let in, there is always somebody. */
  let lastIn = 0;
  const count = (change: number): void => {
    const now = performance.now();
    if (last > 0 && lastIn === 0) busyMs += working * (now - last);
    last = now;
    working += change;
    most = Math.max(most, working);
  };
  let first = 0;
  let served = 0;
  await Promise.all(
    names(contenders).map(async (name) => {
      const lease = await enter('crm', limits, name);
      count(1);
      first ||= performance.now();
      if (++served === contenders) lastIn = performance.now();
      await sleep(holdMs * (0.5 + Math.random()));
      count(-1);
      await ledger.pools.release(lease, Date.now());
    }),
  );
  const share = busyMs / ((lastIn - first) * limits.slots);
  const left = (await ledger.pools.get({ pool: 'crm', key: '' }))?.held?.size ?? 0;
  await close();
  return [
    {
      figure: `4 slots, ${contenders} contenders of ${holdMs / 2} to ${holdMs * 1.5} ms, ledger protocol`,
      value: `${most} at work at most, ${(100 * share).toFixed(1)} % used while somebody waits, ${left} left held; ${((Date.now() - began) / 1_000).toFixed(0)} s`,
      goal: 'never more than 4, at least 98 %, none left',
      holds: most <= 4 && share >= 0.98 && left === 0,
      command,
    },
  ];
};

export const rate = async (callers = 2_000, calls = 50): Promise<readonly Row[]> => {
  const { ledger, enter, close } = await openBench();
  const perMs = 1_000;
  const limits = poolLimits(definePool('model', { rate: { per: '1s', calls } }));
  const { signal } = new AbortController();
  const startsOf = async (pool: string, count: number): Promise<number[]> => {
    const starts: number[] = [];
    await Promise.all(
      names(count).map(async (name) => {
        const lease = await enter(pool, limits, name);
        await sleep(Math.max(0, (lease.goAt ?? 0) - 1_000 - Date.now()));
        await paceOf({ lease, pools: ledger.pools, clock: ownClock, remainingMs: () => 60_000 })?.turn(signal);
        starts.push(Date.now());
      }),
    );
    return starts;
  };
  await startsOf('warm-up', 150); // a process that has just begun is late for its first calls
  const starts = await startsOf('model', callers);
  starts.sort((a, b) => a - b);
  let most = 0;
  for (let from = 0, to = 0; to < starts.length; to++) {
    while ((starts[to] ?? 0) - (starts[from] ?? 0) >= perMs) from++;
    most = Math.max(most, to - from + 1);
  }
  const seconds = ((starts.at(-1) ?? 0) - (starts[0] ?? 0)) / 1_000;
  const reached = (callers - 1) / seconds / calls;
  await close();
  return [
    {
      figure: `${calls} calls a second, ${callers} callers, ledger protocol and pacing`,
      value: `${most} in any second at most, ${(100 * reached).toFixed(1)} % of it reached; ${seconds.toFixed(0)} s`,
      goal: `never more than ${calls}, at least 98 %`,
      holds: most <= calls && reached >= 0.98,
      command,
    },
  ];
};

export const kills = async (contenders = 600, killed = 200): Promise<readonly Row[]> => {
  const { ledger, enter, close } = await openBench();
  const limits = { slots: 4 };
  const dies = new Set(
    names(contenders)
      .toSorted(() => Math.random() - 0.5)
      .slice(0, killed),
  );
  let done = false;
  // Who is known by no run any more is dead; a sweep sees it so after a minute, which passes before each.
  let passedMs = 0;
  const now = () => Date.now() + passedMs;
  const sweeping = (async () => {
    while (!done) {
      passedMs += 61_000;
      await sweepPools({ ledger, now } as Parameters<typeof sweepPools>[0]);
      await sleep(20);
    }
  })();
  let served = 0;
  await Promise.all(
    names(contenders).map(async (name) => {
      if (!dies.has(name))
        await ledger.runs.create({
          ...{ pipeline: account.pipeline, run: name, partition: 'p', status: 'running', upstream: {} },
          trigger: { kind: 'manual', identity: name, detail: 'bench' },
          input: { kind: 'inline', json: '{}' },
          createdAt: new Date().toISOString(),
        });
      const lease = await enter('crm', limits, name, now);
      served++;
      if (dies.has(name)) return;
      await sleep(5);
      await ledger.pools.release(lease, now());
    }),
  );
  for (let left = 1; left > 0; await sleep(20))
    left = (await ledger.pools.get({ pool: 'crm', key: '' }))?.held?.size ?? 0;
  done = true;
  await sweeping;
  const waiting = (await ledger.pools.waiting({ pool: 'crm', key: '' })).length;
  await close();
  return [
    {
      figure: `${killed} of ${contenders} holders killed, ledger protocol and sweep`,
      value: `${served} served, 0 slots left held, ${waiting} left waiting`,
      goal: 'all served, nothing left',
      holds: served === contenders && waiting === 0,
      command,
    },
  ];
};

/**
 * A function's sandbox has one that waits, not two thousand: the collections of a process with so many would take longer than a call
 * may be late, so they are kept short.
 */
const shortCollections = ['--max-semi-space-size=2'];

const apart = async (figure: string): Promise<readonly Row[]> => {
  const child = fork(new URL('./pools-process.ts', import.meta.url), [figure], { execArgv: shortCollections });
  const [rows] = (await once(child, 'message')) as [readonly Row[]]; // as it sends them
  return rows;
};

export const pools = async (): Promise<readonly Row[]> => [
  ...(await apart('slots')),
  ...(await apart('rate')),
  ...(await apart('kills')),
];
