// The compensation of a run that failed. It is an execution of its own, asked for through the start queue: so it comes also where
// the run's own execution was stopped, ran out of time or died.
import { type CompensationAddress, toUndo } from '../ledger/index.ts';
import {
  accountOf,
  type Compensation,
  type CompensationInput,
  compensationName,
  executionName,
  type PipelineManifest,
  type RunAccount,
  type RunFacts,
  type RunRecord,
  type StageRecord,
  type StartMessage,
  spentOf,
  undoneStage,
} from '../records/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import { errorNames } from '../support/error-names.ts';
import { measureCompensation } from './measure-run.ts';
import type { Outcome } from './outcome.ts';
import { isoTime, type Services } from './services.ts';
import { writeDeadLetter } from './settle/dead-letter.ts';

type Asking = Extract<StartMessage, { kind: 'compensate' }>;

/** What a run's end says of its compensation: nothing where no stage is to be undone. */
export const compensationOf = async (
  { pipeline, run, generation = 1 }: Pick<RunRecord, 'pipeline' | 'run' | 'generation'>,
  status: 'completed' | 'failed' | 'cancelled',
  stages: readonly StageRecord[],
  { ledger, now }: Services,
): Promise<Pick<RunRecord, 'compensation'>> => {
  if (status === 'completed' || stages.every(({ compensate }) => compensate === undefined)) return {};
  const undo = toUndo(stages, await ledger.stages.listUndo(pipeline, run), { status, generation });
  return undo.length === 0
    ? {}
    : { compensation: { generation, round: 1, status: 'pending', askedAt: isoTime(now()) } };
};

/** Asks for the compensation of a run that waits for it. May be repeated. */
export const askForCompensation = async (
  { pipeline, run, compensation }: RunRecord,
  { aws, startQueueUrl }: Services,
): Promise<void> => {
  if (compensation?.status !== 'pending') return;
  const { generation, round } = compensation;
  const message: Asking = { kind: 'compensate', pipeline, run, generation, round };
  await aws.call('sqs', 'SendMessage', { QueueUrl: startQueueUrl, MessageBody: JSON.stringify(message) });
};

const factsOf = ({ pipeline, run, partition, definitionHash = '' }: RunRecord, generation: number): RunFacts => ({
  pipeline,
  id: run,
  partition,
  definitionHash,
  execution: executionName(run, generation),
});

/** Starts the execution that compensates. Same name and same input, so a repeat starts nothing. */
export const compensate = async (
  { pipeline, run, generation, round }: Asking,
  manifest: PipelineManifest,
  services: Services,
): Promise<Outcome> => {
  const { ledger, aws } = services;
  const record = await ledger.runs.get(pipeline, run);
  const { compensation } = record ?? {};
  if (!record || compensation?.generation !== generation || compensation.round !== round)
    return { kind: 'duplicate', run };
  if (compensation.status !== 'pending') return { kind: 'duplicate', run };
  if (manifest.compensationArn === undefined) {
    const cause = `the definition of ${pipeline} that is deployed now compensates nothing`;
    await leaveStanding(record, { error: errorNames.permanent, cause }, services);
    return { kind: 'notStarted', reason: cause };
  }
  const input: CompensationInput = { run: factsOf(record, generation), round };
  const name = compensationName(run, { generation, round });
  try {
    const machine = { stateMachineArn: manifest.compensationArn, name };
    await aws.call('states', 'StartExecution', { ...machine, input: JSON.stringify(input) });
  } catch (error) {
    if (!(error instanceof AwsCallError && error.code === 'ExecutionAlreadyExists')) throw error;
  }
  return { kind: 'started', run };
};

/** Ends a compensation whose execution cannot: what is left stands, each with a dead letter. False when it has ended. */
export const leaveStanding = async (
  record: RunRecord,
  failure: { readonly error: string; readonly cause: string },
  services: Services,
): Promise<boolean> => {
  const { ledger, now } = services;
  const { pipeline, run, compensation } = record;
  if (compensation?.status !== 'pending' && compensation?.status !== 'running') return false;
  const { generation, round } = compensation;
  const facts = factsOf(record, generation);
  for (const { stage, name } of await leftOf(record, compensation, services)) {
    const at = { pipeline, run, stage: name, generation };
    const failed = await ledger.stages.fail(at, { ...failure, status: 'failed', endedAt: isoTime(now()) });
    if (!failed) continue; // it was undone after all
    const of = await ledger.stages.get({ pipeline, run, stage });
    await writeDeadLetter(services, facts, {
      stage: name,
      ...failure,
      round,
      attempts: failed.attempts,
      input: of?.given ?? (await ledger.payloads.store(pipeline, null)),
      firstAt: failed.startedAt ?? isoTime(now()),
    });
  }
  await endCompensation({ pipeline, run, generation, round }, failure.cause, services);
  return true;
};

/** The stages of a run, and the undoings of them. */
const recordsOf = (
  { pipeline, run }: Pick<RunRecord, 'pipeline' | 'run'>,
  { ledger }: Services,
): Promise<[readonly StageRecord[], readonly StageRecord[]]> =>
  Promise.all([ledger.stages.list(pipeline, run), ledger.stages.listUndo(pipeline, run)]);

/** What is not undone of what is to be. */
const leftIn = (
  { status }: RunRecord,
  { generation }: Pick<Compensation, 'generation'>,
  stages: readonly StageRecord[],
  undos: readonly StageRecord[],
) => toUndo(stages, undos, { status: status === 'cancelled' ? 'cancelled' : 'failed', generation });

export const leftOf = async (record: RunRecord, of: Pick<Compensation, 'generation'>, services: Services) =>
  leftIn(record, of, ...(await recordsOf(record, services)));

/** What a run has spent so far: its stages, and what undid those of an earlier execution of it. */
export const accountSoFar = async (
  { pipeline, run, generation = 1 }: Pick<RunRecord, 'pipeline' | 'run' | 'generation'>,
  stages: readonly StageRecord[],
  { ledger }: Services,
): Promise<RunAccount> => {
  const mayBeUndone = generation > 1 && stages.some(({ compensate }) => compensate !== undefined);
  return accountOf([...stages, ...(mayBeUndone ? await ledger.stages.listUndo(pipeline, run) : [])]);
};

/** Records the end of a compensation, and tells the bus. `cause` says why it ended before its last state. May be repeated. */
export const endCompensation = async (
  at: CompensationAddress,
  cause: string | undefined,
  services: Services,
): Promise<Compensation | undefined> => {
  const { ledger, now, operator: by = 'settle' } = services;
  const { pipeline, run, generation, round } = at;
  const before = await ledger.runs.get(pipeline, run);
  const known = before?.compensation;
  if (!before || known?.generation !== generation || known.round !== round) return undefined;
  const [stages, undos] = await recordsOf(at, services);
  const left = leftIn(before, at, stages, undos);
  const endedAt = isoTime(now());
  const status = left.length === 0 ? 'completed' : 'failed';
  const why = left.length === 0 ? undefined : (cause ?? `not undone: ${left.map(({ stage }) => stage).join(', ')}`);
  const ended = { ...known, status, endedAt, ...(why === undefined ? {} : { cause: why }) } as const;
  const own = await ledger.compensations.end(at, ended, accountOf([...stages, ...undos]));
  if (own && services.measures !== false) {
    const spent = undos
      .filter((undo) => (undo.generation ?? 1) === generation)
      .map((undo) => ({ spent: spentOf(undo) }));
    measureCompensation(pipeline, spent, services.prices);
  }
  const record = own ?? (await ledger.runs.get(pipeline, run));
  const settled = record?.compensation;
  if (!record || settled?.endedAt === undefined) return settled;
  const undone = undos.flatMap(({ stage, status: is, generation: of = 1 }) =>
    is === 'completed' && of === generation ? [undoneStage(stage) ?? stage] : [],
  );
  const says = [
    ...(undone.length > 0 ? [`undone: ${undone.join(', ')}`] : []),
    ...(settled.cause === undefined ? [] : [settled.cause]),
  ].join('; ');
  await ledger.audit.record(pipeline, run, {
    id: `compensated#${generation}#${round}`,
    at: settled.endedAt,
    by,
    what: 'compensated',
    detail: `${settled.status}: ${says}`,
  });
  return settled;
};
