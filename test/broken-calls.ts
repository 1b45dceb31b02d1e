// AWS as it is to somebody who dies, or whose connections do.
import type { Aws } from '../lib/support/aws-call.ts';

export const killed = 'the Lambda was killed';

/** Whoever calls it dies before its n-th call, counted from 1, of one service or any; so what the call before did has been done. */
export const diesAt = (aws: Aws, n: number, of?: string): Aws => {
  let calls = 0;
  return {
    ...aws,
    call: (...call) => {
      if (of === undefined || call[0] === of) calls += 1;
      return calls >= n ? Promise.reject(new Error(killed)) : aws.call(...call);
    },
  };
};

/** Every first answer of DynamoDB to a write is lost, and the write is sent again: what was written is found there. */
export const losesAnswers = (aws: Aws): Aws => ({
  ...aws,
  call: async (service, operation, input, options) => {
    if (service === 'dynamodb' && /^(Put|Update|Delete)Item$/.test(operation))
      await aws.call(service, operation, input, options).catch(() => undefined);
    return aws.call(service, operation, input, options);
  },
});
