import type { BatchPolicy, PipelineManifest, StartMessage } from '../records/index.ts';
import { gather } from './admission/index.ts';
import type { Outcome } from './outcome.ts';
import { checkEventInput, unmet } from './read-event.ts';
import { checkPartition, read } from './run-request.ts';
import type { Services } from './services.ts';
import { skipAsked } from './skip-asked.ts';

/** Gathers an event with others of its trigger, once it is one that may start a run. Its partition, where it names one, is its group. */
export const gatherOne = async (
  message: Extract<StartMessage, { kind: 'object' | 'event' }>,
  policy: BatchPolicy,
  manifest: PipelineManifest,
  services: Services,
): Promise<Outcome> => {
  const { trigger, partition, input } = read(message, manifest);
  const isObject = message.kind === 'object';
  const isGrouped = isObject || message.reading.partition !== undefined;
  if (isGrouped) checkPartition(partition, manifest);
  await checkEventInput(message, input, services);
  const reason = await unmet(message, partition, manifest, services);
  if (reason !== undefined) return skipAsked(message, partition, reason, manifest, services);
  const name = isObject ? (message.trigger ?? 'object') : message.reading.trigger;
  const group = isGrouped ? partition : '';
  const size = isObject ? message.event.detail.object.size : undefined;
  return gather(
    { address: { pipeline: message.pipeline, trigger: name, group }, trigger, input, policy, size },
    services,
  );
};
