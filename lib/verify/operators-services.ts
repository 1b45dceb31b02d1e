// What the operators of the bench work with: the ledger and queues on its engine, and what synth would tell them of the pipelines.
import type { CompiledPipeline } from '../asl/index.ts';
import type { Pipeline } from '../definition/index.ts';
import { openLedger } from '../ledger/index.ts';
import type { Services } from '../operators/index.ts';
import { connect } from '../support/aws-call.ts';
import { credentials, type Deployed, manifestOf, names, region } from './deploy.ts';
import type { StartQueue } from './start-queue.ts';

interface Options extends Pick<StartQueue, 'take'> {
  readonly deployed: Deployed;
  /** The pipeline that is verified. */
  readonly pipeline: Pipeline;
  /** With those that it runs. */
  readonly compiled: ReadonlyMap<Pipeline, CompiledPipeline>;
  /** Whether AWS starts what it is asked to start twice over. */
  startsTwice(): boolean;
  now(): number;
}

/** A message to a queue. */
interface Sent {
  readonly QueueUrl?: string;
  readonly MessageBody?: string;
  readonly DelaySeconds?: number;
}

export const operatorsServices = (options: Options): Services => {
  const { deployed, pipeline, compiled, take, startsTwice, now } = options;
  const { endpoint, queueUrl, startQueueUrl } = deployed;
  const real = connect({ region, endpoint, ...credentials });
  const aws: Services['aws'] = {
    ...real,
    call: async (service, operation, input) => {
      const { QueueUrl, MessageBody = '', DelaySeconds = 0 } = input as Sent;
      if (operation === 'SendMessage' && QueueUrl === startQueueUrl && take(MessageBody, DelaySeconds)) return {};
      if (operation === 'StartExecution' && startsTwice()) await real.call(service, operation, input);
      // No time passes while an operator works, so a long poll would never end.
      if (operation === 'ReceiveMessage') return real.call(service, operation, { ...input, WaitTimeSeconds: 0 });
      return real.call(service, operation, input);
    },
  };
  const manifests = new Map([...compiled].map(([of, one]) => [of.name, manifestOf(of, one, queueUrl)]));
  const own = compiled.get(pipeline);
  return {
    aws,
    ledger: openLedger(aws, names),
    eventBus: names.eventBus,
    startQueueUrl, // what the bench does not take, nobody does: it is no part of a run
    manifests: {
      of: async (name) => {
        const above = [...compiled.keys()]
          .flatMap(({ upstream }) => Object.values(upstream))
          .find((one) => one.name === name);
        return manifests.get(name) ?? (above && own && manifestOf(above, own, queueUrl));
      },
      queueOf: async () => undefined,
      inputOf: async () => undefined,
    },
    now,
    measures: false,
  };
};
