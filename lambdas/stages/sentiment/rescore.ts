import { judgeCarefully } from '../../../lib/pipelines/customer-intelligence/model/careful.ts';
import { rescore } from '../../../lib/pipelines/customer-intelligence/sentiment/contracts.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(rescore, async ({ input }) => ({
  line: input.line,
  ...judgeCarefully(input.text),
}));
