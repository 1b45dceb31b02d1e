import { operatorHandler, settle } from '../../lib/operators/index.ts';

export const handler = operatorHandler('settle', process.env, settle);
