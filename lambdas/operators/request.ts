// Answers signed requests to the URL of one pipeline, which its environment names.
import { operatorHandler, type RequestTrigger, request, type UrlRequest } from '../../lib/operators/index.ts';

export const handler = operatorHandler('request', process.env, async (event: UrlRequest, services, logger) => {
  // Written by the construct.
  const trigger = JSON.parse(process.env.HEDDLE_TRIGGER ?? '') as RequestTrigger;
  const answer = await request(event, trigger, services);
  logger.info('answered', { status: answer.statusCode, body: answer.body });
  return answer;
});
