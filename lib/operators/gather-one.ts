import type { BatchPolicy, PipelineManifest, StartMessage } from '../records/index.ts';
import { gather } from './admission/index.ts';
import type { Outcome } from './outcome.ts';
import { checkEventInput, unmet } from './read-event.ts';
import { read } from './run-request.ts';
import type { Services } from './services.ts';

/** Gathers an event with others of its trigger, once it is one that may start a run. Its partition, where it names one, is its group. */
export const gatherOne = async (
  message: Extract<StartMessage, { kind: 'object' | 'event' }>,
  policy: BatchPolicy,
  manifest: PipelineManifest,
  services: Services,
): Promise<Outcome> => {
  const { trigger, partition, input } = read(message, manifest);
  await checkEventInput(message, input, services);
  const reason = await unmet(message, partition, manifest, services);
  if (reason !== undefined) return { kind: 'notStarted', reason };
  const isObject = message.kind === 'object';
  const name = isObject ? (message.trigger ?? 'object') : message.reading.trigger;
  const group = isObject || message.reading.partition ? partition : '';
  const size = isObject ? message.event.detail.object.size : undefined;
  return gather(
    { address: { pipeline: message.pipeline, trigger: name, group }, trigger, input, policy, size },
    services,
  );
};
