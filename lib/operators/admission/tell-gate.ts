import type { RunRecord, StartMessage } from '../../records/index.ts';
import type { Services } from '../services.ts';

/** Tells `dispatch` that a run which went through a gate has ended, so that the next may start. May be repeated. */
export const tellGate = async (
  { pipeline, run, generation = 1, gated, endedAt }: RunRecord,
  { aws, startQueueUrl }: Services,
): Promise<void> => {
  if (!gated || endedAt === undefined) return;
  const message: StartMessage = { kind: 'ended', pipeline, run, generation };
  await aws.call('sqs', 'SendMessage', { QueueUrl: startQueueUrl, MessageBody: JSON.stringify(message) });
};
