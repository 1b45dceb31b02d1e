// Gives up an attempt whose handler gives no sign of life, instead of waiting for Lambda's timeout: a call that hangs costs half a
// minute then, not fifteen. Step Functions knows no heartbeats of a Lambda, so they are counted here.
import type { Stage } from '../definition/index.ts';
import { TimeoutError } from '../support/run-errors.ts';
import type { Handler } from './attempt.ts';

/** The handler with a `heartbeat` to call; as it is for a stage that has none. The attempt ends as one that ran out of time. */
export const beating = <S extends Stage>({ heartbeatSeconds }: S, handler: Handler<S>): Handler<S> => {
  if (heartbeatSeconds === undefined) return handler;
  return async (work) => {
    const silence = new AbortController();
    const silent = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const error = new TimeoutError(`no heartbeat for ${heartbeatSeconds} s`);
      silence.abort(error);
      silent.reject(error);
    }, heartbeatSeconds * 1_000);
    try {
      const signal = AbortSignal.any([work.signal, silence.signal]);
      const heartbeat = () => {
        if (!silence.signal.aborted) timer.refresh();
      };
      return await Promise.race([handler({ ...work, signal, heartbeat }), silent.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
};
