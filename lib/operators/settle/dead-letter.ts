import { type DeadLetter, type RunFacts, readExecutionName, runEvents } from '../../records/index.ts';
import { isoTime, type Services } from '../services.ts';
import { tell } from '../tell.ts';

type Failed = Pick<DeadLetter, 'stage' | 'error' | 'cause' | 'attempts' | 'input' | 'firstAt'> & {
  readonly item?: number;
};

/** Records a dead letter, sends it to the pipeline's queue and tells the bus. May be repeated. */
export const writeDeadLetter = async (services: Services, run: RunFacts, failed: Failed): Promise<void> => {
  const { ledger, manifests, now } = services;
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
  const { stage, item, error, cause } = failed;
  await tell(runEvents.deadLetter, run, { stage, item, error, cause: cause.slice(0, 1_000) }, services);
};
