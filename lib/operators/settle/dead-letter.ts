import { type DeadLetter, type RunFacts, readExecutionName } from '../../records/index.ts';
import { isoTime, type Services } from '../services.ts';
import { tell } from '../tell.ts';

type Failed = Pick<DeadLetter, 'stage' | 'error' | 'cause' | 'attempts' | 'input' | 'firstAt' | 'round'> & {
  readonly item?: number;
};

/** Records a dead letter, sends it to the pipeline's queue and, of a whole stage, tells the bus. May be repeated. */
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
  const { stage, item, error, cause, firstAt: since } = failed;
  if (item === undefined) await tell('deadLetter', run, { stage, error, cause, since }, services);
};

/** Tells the bus once of all items of a map that failed in this execution: a thousand poison items are one message. */
export const tellDeadItems = async (services: Services, run: RunFacts, stage: string): Promise<void> => {
  const { generation } = readExecutionName(run.execution);
  const dead = (await services.ledger.deadLetters.list(run.pipeline, run.id)).filter(
    (letter) => letter.stage === stage && letter.item !== undefined && (letter.generation ?? 1) === generation,
  );
  const [first] = dead;
  if (!first) return;
  const { item = 0, error, cause, firstAt: since } = first;
  await tell('deadLetter', run, { stage, item, items: dead.length, error, cause, since }, services);
};
