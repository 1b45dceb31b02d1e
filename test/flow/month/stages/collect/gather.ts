import { stageHandler } from '../../../../../lib/runtime/index.ts';
import { gather } from '../../contracts.ts';

export const handler = stageHandler(gather, ({ input }) => input);
