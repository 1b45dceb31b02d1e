// Who waits at pools, for those who only want to know whether many do.
import { type PoolAddress, type PoolWaiter, poolKey, poolWaiterPrefix } from '../records/index.ts';
import type { Table } from './table.ts';

export interface PoolLines {
  /** The first `most` of those who wait, in their order. */
  first(at: PoolAddress, most: number): Promise<readonly PoolWaiter[]>;
}

export const openPoolLines = (table: Table): PoolLines => ({
  first: (at, most) => table.first(poolKey(at).pk, poolWaiterPrefix, most),
});
