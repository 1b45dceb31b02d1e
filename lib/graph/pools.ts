import type { Pipeline, Pool } from '../definition/index.ts';
import { graphOf } from './graph.ts';

/** A pool, and the stage that uses it. */
export interface PoolUser {
  readonly stage: string;
  readonly pool: Pool;
}

/** The pools that the stages of a pipeline use, each with who does. */
export const poolUsersOf = (pipeline: Pipeline): readonly PoolUser[] =>
  graphOf(pipeline).handled.flatMap(({ id, node: { pool, stage } }) =>
    [...(pool ? [pool] : []), ...(stage.pools ?? [])].map((one) => ({ stage: id, pool: one })),
  );

/** Their names. */
export const poolsOf = (pipeline: Pipeline): readonly string[] =>
  [...new Set(poolUsersOf(pipeline).map(({ pool }) => pool.name))].sort();
