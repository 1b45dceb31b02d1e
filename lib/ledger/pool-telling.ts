// Tells those who wait at a pool what they were granted, by the task token that each left.
import { type PoolAddress, type PoolAnswer, type PoolLease, type PoolWaiter, poolKey } from '../records/index.ts';
import { type Aws, AwsCallError } from '../support/aws-call.ts';
import type { Key, Table } from './table.ts';

/** `gone`: for certain nobody waits there, nor was told by anybody. */
export type Told = 'told' | 'gone' | 'unknown';

/** The token is of a wait that is over: it timed out, its execution was stopped, or another call woke it. */
const overLongAgo = new Set(['TaskTimedOut', 'TaskDoesNotExist']);
const mostSendings = 6;

/** A state that waits for its moment goes on so long before it; what is left of the time is waited for where the work is. */
const leadMs = 1_000;

/** What the state that takes of a pool answers. */
export const poolAnswer = (lease: PoolLease | null, now: number): PoolAnswer => ({
  lease,
  until: new Date(Math.max(now, (lease?.goAt ?? now) - leadMs)).toISOString(),
});

export const openTelling = (aws: Aws, table: Table) => {
  const keyOf = (at: PoolAddress, { sk }: PoolWaiter): Key => ({ pk: poolKey(at).pk, sk });

  const send = async (taskToken: string, lease: PoolLease, now: number): Promise<Told> => {
    const output = JSON.stringify(poolAnswer(lease, now));
    for (let sending = 1; ; sending++) {
      try {
        await aws.call('states', 'SendTaskSuccess', { taskToken, output }, { once: true });
        return 'told';
      } catch (error) {
        // What was sent before may have got there, though nothing came back.
        if (error instanceof AwsCallError && overLongAgo.has(error.code)) return sending === 1 ? 'gone' : 'unknown';
        if (sending === mostSendings) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * 2 ** sending));
      }
    }
  };

  /** Tells whom one has just granted something, and takes it out of the queue. */
  const tell = async (waiter: PoolWaiter, lease: PoolLease, now: number): Promise<Told> => {
    const { token, attempt } = waiter;
    if (token === undefined) return 'told'; // it looks for itself
    const key = keyOf(lease, waiter);
    const told = await send(token, lease, now);
    // Unless another has begun to tell it; nobody can any more once it is out of the queue.
    const alone = '#token = :token AND (attribute_not_exists(#repairing) OR #repairing = :no)';
    if (told !== 'gone') await table.delete(key, '#token = :token', { token });
    else if (!(await table.delete(key, alone, { token, no: false }))) {
      const current = await table.get<PoolWaiter>(key);
      // Tried again since, so that nobody can have been told by this token.
      return current && current.attempt > attempt ? 'gone' : 'unknown';
    }
    return told;
  };

  /** Tells somebody whom another has granted something and, it seems, died before it told it. */
  const tellAgain = async (waiter: PoolWaiter, lease: PoolLease, now: number): Promise<void> => {
    const { token } = waiter;
    const key = keyOf(lease, waiter);
    const begun = await table.update({
      key,
      set: { repairing: true },
      condition: '#token = :token',
      values: { token },
    });
    if (!begun || token === undefined) return; // told meanwhile, or tried again
    await send(token, lease, now);
    await table.delete(key, '#token = :token', { token });
  };

  return { send, tell, tellAgain };
};
