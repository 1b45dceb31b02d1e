import { stageHandler } from '../../../../../lib/runtime/index.ts';
import { judge } from '../../contracts.ts';

export const handler = stageHandler(judge, ({ input }) => input);
