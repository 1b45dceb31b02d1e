import { type Pool, poolLimits } from '../../definition/index.ts';
import { poolUsersOf } from '../../graph/index.ts';
import { type PoolLimits, type PoolRecord, type PoolWaiter, readMark } from '../../records/index.ts';
import { nearest } from '../../support/nearest.ts';
import { duration } from '../../support/words.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { columnsOf, print, printJson } from '../setting.ts';
import { cutTo, table } from '../table.ts';
import { openTarget, targetOptions } from '../target.ts';

export const pools: Command = {
  words: 'pools',
  says: 'slots and rates that stages share: who holds, who waits, when there is room',
  operands: [{ name: 'pool', required: false }],
  options: {
    json: { says: 'one object a line, with who holds a slot' },
    ...targetOptions,
  },
  notes: ['Of a pool with a key, the values that were in use in the last minutes.'],
  run: async (given, setting) => {
    const target = await openTarget(given, setting, 'none');
    try {
      const { pools: ledger } = target.ledger;
      const [only] = given.operands;
      const declared = new Map(
        (await setting.loadPipelines()).flatMap(poolUsersOf).map(({ pool }) => [pool.name, pool] as const),
      );
      const places = new Map(
        [
          ...[...declared.values()].filter(({ key }) => key === undefined).map(({ name }) => ({ pool: name, key: '' })),
          ...(await ledger.inUse()),
        ].map((at) => [`${at.pool} ${at.key}`, at]),
      );
      const known = [...new Set([...declared.keys(), ...[...places.values()].map(({ pool }) => pool)])];
      if (only !== undefined && !known.includes(only)) throw unknownPool(only, known);
      const now = setting.now();
      const views = await Promise.all(
        [...places.values()]
          .filter(({ pool }) => only === undefined || pool === only)
          .toSorted((a, b) => `${a.pool} ${a.key}`.localeCompare(`${b.pool} ${b.key}`))
          .map(async (at) => {
            const pool = declared.get(at.pool);
            const record = (await ledger.get(at)) ?? { ...unused, ...at, limits: pool ? poolLimits(pool) : {} };
            return viewOf(record, await ledger.waiting(at), pool, now);
          }),
      );
      if (given.has('json')) printJson(setting, views);
      else if (views.length > 0)
        print(
          setting,
          cutTo(
            columnsOf(setting.stdout),
            table(
              headings,
              views.map((view) => rowOf(view, now)),
            ),
          ),
        );
      else print(setting, [nothing([...declared.keys()])]);
      return 0;
    } finally {
      await target.close();
    }
  },
};

const unused = { grants: 0, next: 0, lastGo: 0 };

/** HDL814: no stage uses a pool of this name, and none was in use lately. Fix: correct the name; heddle pools lists them. */
const unknownPool = (name: string, known: readonly string[]): CliError => {
  const near = nearest(name, known);
  return new CliError(
    'HDL814',
    2,
    `there is no pool '${name}'`,
    known.length > 0 ? `one of ${known.join(', ')}` : 'a pool that a stage uses, and none does',
    near ? `did you mean ${near}?` : 'see npx heddle pools',
  );
};

const nothing = (names: readonly string[]): string => {
  if (names.length > 0) return `Of ${names.join(', ')} nothing was used lately.`;
  return "No stage uses a pool. Give it one: flow.task(stage, input, { pool: definePool('crm', { slots: 4 }) })";
};

interface PoolView {
  readonly pool: string;
  readonly key?: string;
  readonly slots?: { readonly held: number; readonly of: number };
  readonly holders: readonly { readonly owner: string; readonly since: string; readonly until: string }[];
  readonly waiting: { readonly live: number; readonly low: number };
  /** When the one that waits longest came, ISO 8601. */
  readonly oldest?: string;
  /** `booked`: calls whose time is to come. */
  readonly rate?: { readonly calls: number; readonly perSeconds: number; readonly booked: number };
  /** When the next call can begin, ISO 8601; absent where it can at once, or there is no rate. */
  readonly nextFree?: string;
}

const iso = (ms: number): string => new Date(ms).toISOString();

const viewOf = (
  { pool, key, limits, held, next }: PoolRecord,
  waiters: readonly Pick<PoolWaiter, 'since' | 'low'>[],
  declared: Pool | undefined,
  now: number,
): PoolView => {
  const holders = [...(held ?? [])].map(readMark).filter(({ untilMs }) => untilMs > now);
  const low = waiters.filter((waiter) => waiter.low).length;
  const { slots, intervalMs } = limits;
  return {
    pool,
    ...(key === '' ? {} : { key }),
    ...(slots === undefined ? {} : { slots: { held: holders.length, of: slots } }),
    holders: holders.map(({ owner, goAt, untilMs }) => ({ owner, since: iso(goAt), until: iso(untilMs) })),
    waiting: { live: waiters.length - low, low },
    ...(waiters.length > 0 ? { oldest: iso(Math.min(...waiters.map(({ since }) => since))) } : {}),
    ...(intervalMs === undefined
      ? {}
      : { rate: { ...rateOf(limits, declared), booked: Math.max(0, Math.ceil((next - now) / intervalMs)) } }),
    ...(intervalMs !== undefined && next > now ? { nextFree: iso(next) } : {}),
  };
};

const rateOf = ({ intervalMs = 1, perMs = 1_000 }: PoolLimits, declared: Pool | undefined) =>
  declared?.rate ?? { calls: Math.round(perMs / intervalMs), perSeconds: perMs / 1_000 };

/** What the limit is and when there is room comes first: a narrow terminal cuts the rest. */
const headings = ['pool', 'key', 'slots', 'rate', 'next call', 'waiting', 'oldest', 'low priority', 'booked'];

const rowOf = ({ pool, key, slots, waiting, oldest, rate, nextFree }: PoolView, now: number): readonly string[] => [
  pool,
  key ?? '–',
  slots ? `${slots.held} of ${slots.of}` : '–',
  rate ? `${rate.calls.toLocaleString('en-US')} in ${duration(rate.perSeconds * 1_000)}` : '–',
  rate === undefined ? '–' : nextFree === undefined ? 'now' : `in ${duration(Date.parse(nextFree) - now)}`,
  `${waiting.live}`,
  oldest === undefined ? '–' : duration(now - Date.parse(oldest)),
  `${waiting.low}`,
  rate ? `${rate.booked}` : '–',
];
