// A world in which the calls of everybody who uses a pool are carried out one by one, in any order that is asked for; each may be
// somebody's last. The table is the engine's; of Step Functions there is what task tokens are: they end once.
import { openPools, type Pools } from '../../lib/ledger/pools.ts';
import { openTable } from '../../lib/ledger/table.ts';
import { AwsError } from '../../lib/local/service.ts';
import { type PoolAnswer, type PoolLease, type PoolLimits, readMark } from '../../lib/records/index.ts';
import { type Aws, AwsCallError } from '../../lib/support/aws-call.ts';
import { withDynamodb } from '../asl/ledger-inside.ts';
import { engine } from '../local/sfn/engine.ts';

/** Whoever made the call died there. */
export class Died extends Error {}

/** An execution whose stage uses the pool. */
export interface Client {
  readonly owner: string;
  readonly since: number;
  readonly low: boolean;
  /** The newest token of the state that waits. */
  token: string | undefined;
  attempts: number;
  /** What it was granted: it works from then on. */
  lease: PoolLease | undefined;
  state: 'new' | 'waits' | 'works' | 'done' | 'stopped';
}

interface Pending {
  readonly carryOut: () => Promise<void>;
}

export interface PoolWorld {
  readonly clients: readonly Client[];
  /** Virtual milliseconds. */
  now: number;
  /** Whom the pool has let work, in that order. */
  readonly served: readonly Client[];
  comes(low?: boolean): Client;
  /** The state that takes of the pool is tried, with a new token each time. */
  enters(client: Client, dies?: number): void;
  /** The stage gives back; `dies` in its n-th call, before or after it had its effect. */
  releases(client: Client, dies?: number): void;
  /** A stage at work reserves so many calls more. */
  reserves(calls: number): void;
  /** It is stopped: nobody tells the pool. */
  stops(client: Client): void;
  /** Takes back what stopped ones hold, and tells who was not told: what the sweep does. */
  sweep(): Promise<void>;
  /** Carries out calls, the n-th of those at hand as `choose` says, until nobody has any. */
  settle(choose: (count: number) => number): Promise<void>;
  readonly working: readonly Client[];
  readonly waiting: readonly Client[];
  held(): Promise<number>;
  pools: Pools;
}

const at = { pool: 'crm', key: '' };

/** One table for all worlds, each with a pool of its own name. */
export const openWorlds = async () => {
  const { service } = engine({ services: withDynamodb });
  const dynamodb = service('dynamodb');
  await dynamodb.call('CreateTable', {
    TableName: 'ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'openPk', 'openSk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'open',
        KeySchema: [
          { AttributeName: 'openPk', KeyType: 'HASH' },
          { AttributeName: 'openSk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
  let worlds = 0;

  return (limits: PoolLimits, onWork: (world: PoolWorld) => void): PoolWorld => {
    const pool = { ...at, pool: `crm${++worlds}` };
    const pending: Pending[] = [];
    const acts = new Set<Promise<void>>();
    const tokens = new Map<string, Client>();
    const clients: Client[] = [];
    const served: Client[] = [];
    let count = 0;

    const stepFunctions = (input: object): Record<string, unknown> => {
      const { taskToken, output } = input as { readonly taskToken: string; readonly output: string };
      const client = tokens.get(taskToken);
      if (client?.state !== 'waits' || client.token !== taskToken)
        throw new AwsCallError('states', 'TaskTimedOut', 'the task is over', 400);
      client.lease = (JSON.parse(output) as PoolAnswer).lease ?? undefined;
      client.state = 'works';
      served.push(client);
      onWork(world);
      return {};
    };
    const perform = async (service: string, operation: string, input: object) => {
      if (service === 'states') return stepFunctions(input);
      try {
        return await dynamodb.call(operation, { ...input });
      } catch (error) {
        if (error instanceof AwsError) throw new AwsCallError(service, error.code, error.message, 400);
        throw error;
      }
    };
    /** `dies`: at its n-th call, halves of which are before the call and after it. */
    const caller = (dies = Number.POSITIVE_INFINITY): Pools => {
      let calls = 0;
      const aws = {
        call: (service: string, operation: string, input: object) =>
          new Promise<Record<string, unknown>>((resolve, reject) => {
            const number = ++calls;
            if (number === dies) return reject(new Died());
            pending.push({
              carryOut: async () => {
                try {
                  const answer = await perform(service, operation, input);
                  if (number + 0.5 === dies) reject(new Died());
                  else resolve(answer);
                } catch (error) {
                  reject(error);
                }
              },
            });
          }),
      } as Pick<Aws, 'call'> as Aws;
      return openPools(aws, openTable(aws, 'ledger'));
    };
    const act = (acting: Promise<unknown>, died: () => void = () => undefined): void => {
      const whole = acting
        .then(
          () => undefined,
          (error: unknown) => {
            if (!(error instanceof Died)) throw error;
            died();
          },
        )
        .finally(() => acts.delete(whole));
      acts.add(whole);
    };

    const world: PoolWorld = {
      clients,
      served,
      now: 1_000_000,
      pools: caller(),
      comes: (low = false) => {
        const client: Client = {
          owner: `stage/p/r${clients.length}/1/s`,
          since: world.now + clients.length / 1_000,
          low,
          token: undefined,
          attempts: 0,
          lease: undefined,
          state: 'new',
        };
        clients.push(client);
        return client;
      },
      enters: (client, dies) => {
        if (client.state !== 'new' && client.state !== 'waits') return;
        client.state = 'waits';
        client.token = `token${++count}`;
        tokens.set(client.token, client);
        const { owner, since, low, token } = client;
        const attempt = client.attempts++;
        const entry = {
          ...pool,
          limits,
          owner,
          attempt,
          since: Math.floor(since),
          holdMs: 3_600_000,
          token,
          ...(low ? { low } : {}),
        };
        act(caller(dies).enter(entry, world.now), () => world.enters(client)); // Step Functions tries again
      },
      releases: (client, dies) => {
        const { lease } = client;
        if (client.state !== 'works' || !lease) return;
        client.state = 'done';
        act(caller(dies).release(lease, world.now), () => act(caller().release(lease, world.now)));
      },
      reserves: (calls) => act(caller().reserve(pool, limits, calls, world.now, Number.MAX_SAFE_INTEGER)),
      stops: (client) => {
        if (client.state === 'waits' || client.state === 'works') client.state = 'stopped';
      },
      sweep: async () => {
        const sweeper = caller();
        const sweeping = async () => {
          const head = await sweeper.get(pool);
          const atWork = new Set(clients.filter(({ state }) => state === 'works').map(({ owner }) => owner));
          const left = [...(head?.held ?? [])].filter((mark) => {
            const owner = readMark(mark).owner;
            const client = clients.find((one) => one.owner === owner);
            return !atWork.has(owner) && client?.state !== 'waits'; // who waits was granted it, and is told below
          });
          await sweeper.reclaim(pool, left, world.now);
          await sweeper.pass(pool, world.now, { repair: true });
        };
        act(sweeping());
      },
      settle: async (choose) => {
        while (acts.size > 0) {
          const next = pending.splice(choose(pending.length) % Math.max(1, pending.length), 1)[0];
          if (next) await next.carryOut();
          // What the answer leads to, up to the next calls; whoever steps aside does so for some milliseconds.
          await new Promise((resolve) => (pending.length > 0 ? setImmediate(resolve) : setTimeout(resolve, 1)));
        }
      },
      get working() {
        return clients.filter(({ state }) => state === 'works');
      },
      get waiting() {
        return clients.filter(({ state }) => state === 'waits');
      },
      held: async () => {
        const asking = caller().get(pool);
        act(asking);
        await world.settle(() => 0);
        return (await asking)?.held?.size ?? 0;
      },
    };
    return world;
  };
};
