// `dispatch`: the one door. Takes start messages from the queue, records each run once and starts its execution.
import type { StartMessage } from '../records/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import { PermanentError } from '../support/run-errors.ts';
import { decide } from './run-request.ts';
import { isoTime, type Services } from './services.ts';

export type Outcome =
  | { readonly kind: 'started'; readonly run: string }
  | { readonly kind: 'duplicate'; readonly run: string }
  | { readonly kind: 'notStarted'; readonly reason: string };

/**
 * Starts the run that a message asks for. Repeats are harmless: the run's id and the execution's name and input follow from
 * the message, so a crash between record and start is mended by the redelivery.
 */
export const dispatch = async (message: StartMessage, services: Services): Promise<Outcome> => {
  const { ledger, manifests, now } = services;
  const manifest = await manifests.of(message.pipeline);
  if (!manifest)
    throw new PermanentError(
      `HDL404 there is no pipeline ${message.pipeline} here. Fix: deploy it, or correct the name`,
    );
  const decision = await decide(message, manifest, services);
  if ('reason' in decision) return { kind: 'notStarted', reason: decision.reason };

  const { run, partition, input, trigger, upstream } = decision.request;
  const createdAt = isoTime(now());
  const isNew = await ledger.runs.create({
    pipeline: message.pipeline,
    run,
    partition,
    status: 'pending',
    trigger,
    input: await ledger.payloads.store(message.pipeline, input),
    upstream,
    createdAt,
  });
  if (!isNew && (await ledger.runs.get(message.pipeline, run))?.status !== 'pending') return { kind: 'duplicate', run };
  await ledger.runs.markPartition(
    { pipeline: message.pipeline, partition, run, status: 'pending', updatedAt: createdAt },
    createdAt,
  );
  await start(manifest.stateMachineArn, run, services);
  return isNew ? { kind: 'started', run } : { kind: 'duplicate', run };
};

/** Same name and same bytes of input: Step Functions starts it once, however often it is asked. */
const start = async (stateMachineArn: string, run: string, { aws }: Services): Promise<void> => {
  try {
    await aws.call('states', 'StartExecution', { stateMachineArn, name: run, input: JSON.stringify({ run }) });
  } catch (error) {
    if (!(error instanceof AwsCallError && error.code === 'ExecutionAlreadyExists')) throw error;
  }
};
