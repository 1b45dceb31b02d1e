import { operatorHandler, settle } from '../../lib/operators/index.ts';

/** `settle` with the time that it takes to look through the rows of a map, and to copy them. */
export const handler = operatorHandler('mend', process.env, settle);
