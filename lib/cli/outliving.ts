// Calls that go on where the engine that they go to ends: it is another process's, and a person may end that whenever they like.
import type { Aws } from '../support/aws-call.ts';
import { isLost } from '../support/signing-client.ts';

/** Nobody listens there, so nobody has got it. */
const isRefused = (error: unknown): boolean => {
  const { cause } = (error ?? {}) as { readonly cause?: { readonly code?: unknown } | null }; // of whatever was thrown
  return cause?.code === 'ECONNREFUSED';
};

/**
 * Calls of `first`; from when that has ended, of what `again` opens. What was lost with its connection is called again there, as a client
 * does by itself, but for what is to be sent a single time.
 */
export const outliving = (first: Aws, again: () => Promise<Aws>): Aws => {
  let next: Promise<Aws> | undefined;
  const ask = async <T>(call: (aws: Aws) => Promise<T>, isOnce = false): Promise<T> => {
    if (next) return call(await next);
    try {
      return await call(first);
    } catch (error) {
      if (!isRefused(error) && (isOnce || !isLost(error))) throw error;
    }
    next ??= again();
    return call(await next);
  };
  return {
    call: (service, operation, input, options) =>
      ask((aws) => aws.call(service, operation, input, options), options?.once),
    whoAmI: () => ask((aws) => aws.whoAmI()),
    environmentOf: (functionName) => ask((aws) => aws.environmentOf(functionName)),
    invoke: (functionName, event) => ask((aws) => aws.invoke(functionName, event)),
    stopInference: (jobArn) => ask((aws) => aws.stopInference(jobArn)),
    object: (method, bucket, key, options) => ask((aws) => aws.object(method, bucket, key, options)),
  };
};
