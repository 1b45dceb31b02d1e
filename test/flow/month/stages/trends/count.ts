import { stageHandler } from '../../../../../lib/runtime/index.ts';
import { count } from '../../contracts.ts';

export const handler = stageHandler(count, ({ input }) => input);
