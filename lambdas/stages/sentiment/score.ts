import { judgeByLexicon } from '../../../lib/pipelines/customer-intelligence/model/lexicon.ts';
import { scoreReview } from '../../../lib/pipelines/customer-intelligence/sentiment/contracts.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(scoreReview, async ({ input }) => ({
  line: input.line,
  ...judgeByLexicon(input.text),
}));
