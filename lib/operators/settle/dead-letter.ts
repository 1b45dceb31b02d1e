import { type DeadLetter, type RunFacts, readExecutionName, runEvents } from '../../records/index.ts';
import { isoTime, type Services } from '../services.ts';

type Failed = Pick<DeadLetter, 'stage' | 'error' | 'cause' | 'attempts' | 'input' | 'firstAt'> & {
  readonly item?: number;
};

/** Records a dead letter, sends it to the pipeline's queue and tells the bus. May be repeated. */
export const writeDeadLetter = async (
  { aws, eventBus, ledger, manifests, now }: Services,
  run: RunFacts,
  failed: Failed,
): Promise<void> => {
  const manifest = await manifests.of(run.pipeline);
  if (!manifest) throw new Error(`there is no manifest of ${run.pipeline}, so its dead-letter queue is not known`);
  const facts = { pipeline: run.pipeline, run: run.id, partition: run.partition };
  await ledger.deadLetters.write(
    {
      ...facts,
      ...failed,
      lastAt: isoTime(now()),
      definitionHash: run.definitionHash,
      generation: readExecutionName(run.execution).generation,
    },
    manifest.deadLetterQueueUrl,
  );
  await aws.call('events', 'PutEvents', {
    Entries: [
      {
        Source: runEvents.source,
        DetailType: runEvents.deadLetter,
        EventBusName: eventBus,
        Detail: JSON.stringify({
          ...facts,
          stage: failed.stage,
          item: failed.item,
          error: failed.error,
          cause: failed.cause.slice(0, 1_000),
        }),
      },
    ],
  });
};
