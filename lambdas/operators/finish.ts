import { finish, operatorHandler } from '../../lib/operators/index.ts';

export const handler = operatorHandler('finish', process.env, finish);
