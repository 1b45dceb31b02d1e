import { stageHandler } from '../../../../../lib/runtime/index.ts';
import { nothing } from '../../pipeline.ts';

export const handler = stageHandler(nothing, ({ input }) => ({ id: input.id }));
