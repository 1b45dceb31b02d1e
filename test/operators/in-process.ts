// The engine's services without the wire between: the same calls, ten times as many a second, without the tries that a call makes by itself.
import { AwsError, type Service, type ServiceId } from '../../lib/local/index.ts';
import { type Aws, AwsCallError } from '../../lib/support/aws-call.ts';

const ids: { readonly [service: string]: ServiceId } = {
  dynamodb: 'dynamodb',
  sqs: 'sqs',
  states: 'sfn',
  events: 'eventbridge',
  ssm: 'ssm',
  monitoring: 'cloudwatch',
};
const none = (): never => {
  throw new Error('there is no wire for it');
};

/** `seen` is told of each call, with the code of its error if it has one. */
export const inProcess = (
  serviceOf: (id: ServiceId) => Service,
  seen: (operation: string, input: { readonly [field: string]: unknown }, code?: string) => void,
): Aws => ({
  call: async (service, operation, input) => {
    const given = input as { readonly [field: string]: unknown };
    try {
      const answer = await serviceOf(ids[service] ?? none()).call(operation, given);
      seen(operation, given);
      return answer;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      seen(operation, given, error.code);
      throw new AwsCallError(service, error.code, error.message, error.status);
    }
  },
  whoAmI: none,
  environmentOf: none,
  invoke: none,
  stopInference: none,
  object: none,
});
