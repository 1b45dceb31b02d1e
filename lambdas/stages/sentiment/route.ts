import { unsureOf } from '../../../lib/pipelines/customer-intelligence/model/route.ts';
import { route } from '../../../lib/pipelines/customer-intelligence/sentiment/contracts.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(route, async ({ input, log }) => {
  const unsure = unsureOf(input.reviews, input.scores);
  const sureCount = input.scores.length - unsure.length;
  log.info('routed', { sure: sureCount, unsure: unsure.length });
  return { unsure, unsureCount: unsure.length, sureCount };
});
