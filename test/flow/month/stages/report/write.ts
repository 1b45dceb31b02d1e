import { stageHandler } from '../../../../../lib/runtime/index.ts';
import { write } from '../../contracts.ts';

export const handler = stageHandler(write, ({ input }) => input);
