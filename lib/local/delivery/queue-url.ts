import { parseArn } from '../arn.ts';
import type { EngineContext } from '../service.ts';

/** The URL under which this engine serves the queue with that ARN: `http://127.0.0.1:PORT/ACCOUNT/NAME`. */
export const queueUrlOf = (context: EngineContext, queueArn: string): string => {
  const arn = parseArn(queueArn);
  return `${context.endpoint()}/${arn?.account ?? context.account}/${arn?.resource ?? queueArn}`;
};
