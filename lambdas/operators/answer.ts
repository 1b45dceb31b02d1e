import { answer, operatorHandler } from '../../lib/operators/index.ts';

export const handler = operatorHandler('answer', process.env, answer);
