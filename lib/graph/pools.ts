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

const namesOf = (users: readonly PoolUser[]): readonly string[] =>
  [...new Set(users.map(({ pool }) => pool.name))].sort();

/** Their names. */
export const poolsOf = (pipeline: Pipeline): readonly string[] => namesOf(poolUsersOf(pipeline));

/** The names of those in which all wait in one line. */
export const keylessPoolsOf = (pipeline: Pipeline): readonly string[] =>
  namesOf(poolUsersOf(pipeline).filter(({ pool }) => pool.key === undefined));
