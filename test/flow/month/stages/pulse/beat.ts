import { stageHandler } from '../../../../../lib/runtime/index.ts';
import { beat } from '../../contracts.ts';

export const handler = stageHandler(beat, ({ input }) => input);
