// The pool protocol under any order of calls, with deaths in the middle of any of them, late and repeated ones, and executions that are
// stopped: no more than the slots are ever at work, nobody is forgotten, nothing leaks, and the order is that of the rule.
import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openWorlds, type PoolWorld } from './pool-world.ts';

let open: Awaited<ReturnType<typeof openWorlds>>;
beforeAll(async () => {
  open = await openWorlds();
});

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('comes' as const), low: fc.boolean(), dies: fc.nat(30) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('releases' as const), who: fc.nat(), dies: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stops' as const), who: fc.nat(), dies: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), who: fc.nat(), dies: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settles' as const), dies: fc.constant(0) }) },
);
const schedule = fc.record({
  slots: fc.integer({ min: 1, max: 3 }),
  steps: fc.array(step, { minLength: 4, maxLength: 24 }),
  order: fc.array(fc.nat(1_000), { minLength: 16, maxLength: 16 }),
});

/** Deaths come at a call or just after it; most schedules have few. */
const diesAt = (dies: number): number | undefined => (dies === 0 || dies > 12 ? undefined : dies / 2 + 0.5);

const chooser = (order: readonly number[]) => {
  let at = 0;
  return () => order[at++ % order.length] ?? 0;
};

const pick = <T>(from: readonly T[], who: number): T | undefined => from[who % Math.max(1, from.length)];

const take = (world: PoolWorld, one: typeof step extends fc.Arbitrary<infer T> ? T : never, deaths: boolean): void => {
  const dies = deaths ? diesAt(one.dies) : undefined;
  if (one.kind === 'comes') world.enters(world.comes(one.low), dies);
  if (one.kind === 'releases') {
    const client = pick(world.working, one.who);
    if (client) world.releases(client, dies);
  }
  if (one.kind === 'stops') {
    const client = deaths ? pick(world.clients, one.who) : undefined;
    if (client) world.stops(client);
  }
  if (one.kind === 'again' && deaths) {
    const client = pick(world.waiting, one.who); // its Lambda timed out, though it may still be at work
    if (client) world.enters(client, dies);
  }
};

/** A world that counts how many are at work at once. */
const counted = (slots: number) => {
  let most = 0;
  const world = open({ slots, agingMs: 60_000 }, ({ working }) => {
    most = Math.max(most, working.length);
  });
  return { world, most: () => most };
};

test('with deaths anywhere: never too many at work, all are served in the end, and nothing stays held', async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async ({ slots, steps, order }) => {
      const choose = chooser(order);
      const { world, most } = counted(slots);
      for (const one of steps) {
        world.now += 10;
        take(world, one, true);
        if (one.kind === 'settles') await world.settle(choose);
      }
      // Everybody ends: those at work give back, the sweep comes by.
      for (let rounds = 0; world.waiting.length > 0 || world.working.length > 0; rounds++) {
        expect(rounds).toBeLessThan(200);
        await world.settle(choose);
        world.now += 300_000;
        await world.sweep();
        await world.settle(choose);
        for (const client of world.working) world.releases(client);
        await world.settle(choose);
      }
      // Where several died over one waiter, it takes two.
      for (const _ of [1, 2]) {
        world.now += 300_000;
        await world.sweep();
        await world.settle(choose);
      }
      expect(most()).toBeLessThanOrEqual(slots);
      expect(world.clients.filter(({ state }) => state !== 'done' && state !== 'stopped')).toEqual([]);
      expect(await world.held()).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('without deaths: never idle while somebody waits, whatever the order of the calls', async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async ({ slots, steps, order }) => {
      const choose = chooser(order);
      const { world, most } = counted(slots);
      for (const one of [...steps, { kind: 'settles', dies: 0 } as const]) {
        world.now += 10;
        take(world, one, false);
        if (one.kind !== 'settles') continue;
        await world.settle(choose);
        expect(world.waiting.length === 0 || world.working.length === slots).toBe(true);
        expect(await world.held()).toBe(world.working.length);
      }
      expect(most()).toBeLessThanOrEqual(slots);
    }),
    { numRuns: 60 },
  );
});

test('first come, first served; one of low priority as if it had come later, and so never for ever', async () => {
  const arrivals = fc.array(fc.record({ low: fc.boolean(), after: fc.integer({ min: 1, max: 40_000 }) }), {
    minLength: 2,
    maxLength: 14,
  });
  await fc.assert(
    fc.asyncProperty(arrivals, async (coming) => {
      const world = open({ slots: 1, agingMs: 60_000 }, () => undefined);
      world.enters(world.comes());
      await world.settle(() => 0);
      for (const { low, after } of coming) {
        world.now += after;
        world.enters(world.comes(low));
      }
      await world.settle(() => 0);
      for (let [client] = world.working; client; [client] = world.working) {
        world.releases(client);
        await world.settle(() => 0);
      }
      const [first, ...rest] = world.clients;
      const ranked = rest.toSorted((a, b) => a.since + (a.low ? 60_000 : 0) - (b.since + (b.low ? 60_000 : 0)));
      expect(world.served).toEqual([first, ...ranked]);
    }),
    { numRuns: 30 },
  );
});

test('a rate of any number of calls: who reserves and who waits see the same moments, to the last digit', async () => {
  const turns = fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant('comes' as const)), {
    minLength: 4,
    maxLength: 20,
  });
  // In hundredths of a millisecond, as definePool has it.
  const interval = fc.integer({ min: 1, max: 5_000 }).map((hundredths) => hundredths / 100);
  await fc.assert(
    fc.asyncProperty(interval, fc.double({ min: 0, max: 1, noNaN: true }), turns, async (intervalMs, part, coming) => {
      const limits = { slots: 100, intervalMs, perMs: 60_000 };
      const world = open(limits, () => undefined);
      world.now = 1_795_724_695_489 + part;
      for (const turn of coming) {
        if (turn === 'comes') world.enters(world.comes());
        else world.reserves(turn);
        await world.settle(() => 0);
      }
      world.now += 3_600_000 + part; // whose turn was far off is told by whoever comes by then
      await world.sweep();
      await world.settle(() => 0);
      expect(world.waiting).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
