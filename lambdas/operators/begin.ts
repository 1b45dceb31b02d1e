import { begin, operatorHandler } from '../../lib/operators/index.ts';

export const handler = operatorHandler('begin', process.env, begin);
