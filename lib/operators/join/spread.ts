// One message that is for several partitions: it is sent again for each, so that each has its own tries.
import { dueNow, keysBelow, type PipelineManifest, type StartMessage } from '../../records/index.ts';
import { sendMessages } from '../../support/send-messages.ts';
import type { Services } from '../services.ts';
import { pairingWith } from './above.ts';

export type Spreadable = Extract<StartMessage, { kind: 'upstream' | 'schedule' }>;

/** The partitions that a message is for; undefined for what it says itself. */
export const partitionsFor = async (
  message: StartMessage,
  manifest: PipelineManifest,
  services: Services,
): Promise<readonly string[] | undefined> => {
  if (message.kind === 'schedule' && message.partition === undefined && manifest.partitions)
    return dueNow(manifest.partitions, Date.parse(message.time));
  if (message.kind !== 'upstream' || message.partition !== undefined) return undefined;
  const { pipeline, partition } = message.event.detail;
  const found = new Set<string>();
  for (const [alias, above] of Object.entries(manifest.upstream)) {
    if (above !== pipeline) continue;
    const pairing = await pairingWith(manifest, alias, services);
    const { keys, open } = keysBelow(pairing, manifest.partitions, partition, services.now());
    const known = open ? await services.ledger.runs.partitions(manifest.pipeline, keys) : [];
    const ran = new Set(known.map((record) => record.partition));
    for (const key of keys) if (!ran.has(key)) found.add(key);
  }
  return [...found];
};

export const spread = async (
  message: Spreadable,
  partitions: readonly string[],
  { aws, startQueueUrl }: Services,
): Promise<void> => {
  const messages = partitions.map((partition) => ({ ...message, partition }) satisfies StartMessage);
  await sendMessages(aws, startQueueUrl, messages);
};
