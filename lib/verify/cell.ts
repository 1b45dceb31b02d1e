// One cell of the matrix: a run with one fault at one stage, and what differs from what the definition declares.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Stage } from '../definition/index.ts';
import { isOpen, UnavailableError } from '../ledger/index.ts';
import { type Json, undoneStage } from '../records/index.ts';
import { canonicalJson } from '../support/canonical-json.ts';
import type { Bench, Finished, Setup } from './bench.ts';
import type { Declared } from './declared.ts';
import type { Planned } from './faults.ts';
import { type Watch, watchFor, withoutRun } from './invocations.ts';
import { anyRun, type Stubs } from './stubs.ts';

/** What a run is to be, and what of it can be compared. */
export interface Expected {
  readonly pipeline: string;
  /** The faults, by the stage that they hit. */
  readonly faults: ReadonlyMap<string, Planned>;
  readonly stubs: Stubs;
  readonly declared: Declared;
  /** Lengths of texts of the fault that makes them long, by stage. */
  readonly textLengths: ReadonlyMap<string, number>;
  /** Stages whose items may be worked on before it is known that the stage is to be skipped. */
  readonly eager: ReadonlySet<string>;
  /** The answers of people, by stage. */
  readonly answers: ReadonlyMap<string, Json>;
  /** False where what the pipeline gives is not the same in every run. */
  readonly comparesOutput: boolean;
}

export interface CellPlan extends Expected {
  /** What asks for the run. */
  readonly id: string;
}

/** Runs it. Resolves with every difference, as a sentence: none is what should be. */
export const runCell = async (bench: Bench, plan: CellPlan): Promise<readonly string[]> =>
  (await runWith(bench, plan)).problems;

/** The same, with the run and what was seen of it. */
export const runWith = async (bench: Bench, plan: CellPlan) => {
  const watch = watchFor(plan.faults);
  const finished = await bench.run(plan.id, setupFor(plan, watch));
  const problems = await differences(bench, plan, watch, finished);
  for (const bury of watch.bury) bury();
  return { problems, watch, finished };
};

export const setupFor = ({ stubs, declared, textLengths, faults, answers }: Expected, watch: Watch): Setup => ({
  watch,
  input: stubs.input,
  stubs,
  files: declared.files,
  above: declared.above,
  stub: (stage, contract) => ({
    output: (input, long, work) =>
      stubs.output(stage, contract, input, long ? { textLength: textLengths.get(stage) ?? 0 } : {}, work),
    isReal: stubs.isReal,
    broken: brokenFor(contract)?.value,
  }),
  childrenFail: (stage) => faults.get(stage)?.deviation.kind === 'childFails',
  answer: (stage) => (faults.get(stage)?.silent ? undefined : answers.get(stage)),
});

/** A value that a stage's output contract refuses; undefined where it takes anything. */
export const brokenFor = ({ output }: Stage): { readonly value: unknown } | undefined => {
  for (const value of [null, 0, 'no', [], {}]) {
    const result = output['~standard'].validate(value);
    if (!(result instanceof Promise) && (result as StandardSchemaV1.Result<unknown>).issues) return { value };
  }
  return undefined;
};

/** Every way in which a run that has ended differs from what is declared. */
export const differences = async (bench: Bench, expected: Expected, watch: Watch, finished: Finished) => [
  ...(await recordedDifferences(bench, expected, finished, expected.declared)),
  ...workDifferences(expected, watch),
  ...(await orderDifferences(bench, expected, watch, finished)),
];

const comparison = () => {
  const found: string[] = [];
  const expect = (what: string, is: unknown, should: unknown): void => {
    if (canonicalJson(plain(is)) === canonicalJson(plain(should))) return;
    found.push(`${what}: ${told(is)}; declared: ${told(should)}`);
  };
  return { found, expect };
};

/** Of the run, its stages, its dead letters and what it gives. `sent` is what the messages since the last look are to be of. */
export const recordedDifferences = async (
  bench: Bench,
  { pipeline, declared, faults, eager, comparesOutput }: Expected,
  { run, status, cause, started }: Finished,
  sent: Pick<Declared, 'stages' | 'undone'> | undefined,
): Promise<readonly string[]> => {
  const { ledger } = bench.services;
  const { found, expect } = comparison();
  expect('runs started', started.filter(({ kind }) => kind === 'started').length, 1);
  expect('end of the execution', status ?? 'none', declared.run === 'completed' ? 'SUCCEEDED' : 'FAILED');
  if (found.length > 0 && cause !== undefined) found.push(`the execution says: ${told(cause)}`);
  const record = run === '' ? undefined : await ledger.runs.get(pipeline, run);
  expect('the run', record?.status ?? 'not recorded', declared.run);

  const undone = [...declared.undone.values()];
  const allUndone = undone.every(({ status: is }) => is === 'completed') ? 'completed' : 'failed';
  expect('the undoing', record?.compensation?.status ?? 'none', undone.length === 0 ? 'none' : allUndone);

  const listed = [...(await ledger.stages.list(pipeline, run)), ...(await ledger.stages.listUndo(pipeline, run))];
  const records = new Map(listed.map((each) => [each.stage, each]));
  const letters = (await ledger.deadLetters.list(pipeline, run)).filter(isOpen);
  const messages = await bench.takeMessages();
  const killed = [...faults.values()].some(({ hitsAll }) => hitsAll);
  for (const [id, end] of [...declared.stages, ...declared.undone]) {
    expect(id, records.get(id)?.status ?? 'not recorded', end.status);
    if (eager.has(id) && end.status === 'skipped') continue; // items may have failed before it was known to be
    expect(`dead letters of ${id}`, namesOf(letters as never, id), namesOf(end.letters, id));
    const messagesOf = (sent?.stages.get(id) ?? sent?.undone.get(id))?.letters ?? [];
    const sentOf = namesOf(messages, id);
    // Sent before it is recorded, so that none is lost: after a restart it may be sent twice.
    const different = killed ? [...new Set(sentOf)] : sentOf;
    expect(`dead-letter messages of ${id}`, different, namesOf(messagesOf, id));
  }
  if (declared.run === 'completed' && declared.output !== undefined && comparesOutput && record?.output) {
    const scope = { pipeline, run, partition: record.partition, chosen: record.chosen ?? {} };
    const output = await ledger
      .resolver()
      .resolve(record.output, scope)
      .catch((error: unknown) => {
        if (error instanceof UnavailableError) return `nothing: ${error.message}`;
        throw error;
      });
    expect('what the pipeline gives', withoutRun(output, run), withoutRun(declared.output, anyRun));
  }
  return found;
};

/** A stage's dead letters by item and error; what says no stage is of this one. */
const namesOf = (
  letters: readonly { readonly stage?: unknown; readonly item?: unknown; readonly error?: unknown }[],
  id: string,
): readonly string[] =>
  letters
    .filter(({ stage = id }) => stage === id)
    .map(({ item, error }) => `${item ?? ''} ${error}`)
    .sort();

/** Of the side effects, and of how often functions were called. */
const workDifferences = ({ faults, declared, eager }: Expected, watch: Watch): readonly string[] => {
  const { found, expect } = comparison();
  for (const [id, end] of [...declared.stages, ...declared.undone]) {
    const effects = [...(watch.effects.get(id)?.values() ?? [])];
    const isWhole = end.letters.length === 0; // else a batch may have died in the middle
    if (!eager.has(id) && (isWhole ? effects.length !== end.effects : effects.length > end.effects))
      expect(`side effects of ${id}, by idempotency key`, effects.length, end.effects);
    const restarts = [...faults].some(([stage, { hitsAll }]) => hitsAll && stage !== id) ? 1 : 0;
    const most = (faults.get(id)?.repeats ?? 1) + restarts;
    if (Math.max(0, ...effects) > most) expect(`times that ${id} did one side effect`, Math.max(...effects), most);
  }
  for (const [id, effects] of watch.effects)
    if (undoneStage(id) !== undefined && !declared.undone.has(id))
      expect(`side effects of ${id}, by idempotency key`, effects.size, 0);
  for (const [stage, { calls }] of faults) {
    if (calls === undefined || watch.hasHalted) continue;
    const end = declared.stages.get(stage) ?? declared.undone.get(stage);
    if (end === undefined || end.effects + end.letters.length === 0) continue; // nothing reaches its work: a map may be empty
    const seen = watch.calls.get(stage) ?? new Map([['', 0]]);
    for (const [batch, n] of seen)
      expect(batch === '' ? `calls of ${stage}` : `calls of ${stage}, batch ${batch}`, n, calls);
  }
  return found;
};

/** What was undone in another order than the last that completed first, or before what hangs on it. */
const orderDifferences = async (
  bench: Bench,
  { pipeline, declared: { undone } }: Expected,
  { effects }: Watch,
  { run }: Finished,
): Promise<readonly string[]> => {
  const order = [...effects.keys()].flatMap((id) => undone.get(id) ?? []).map(({ of, after }) => ({ of, after }));
  if (order.length < 2) return [];
  const records = await bench.services.ledger.stages.list(pipeline, run);
  const endOf = ({ of }: { readonly of: string }) => records.find(({ stage }) => stage === of)?.endedAt ?? '';
  return order.flatMap((one, at) =>
    order
      .slice(at + 1)
      .filter((other) => hangsOn(other, one) || (endOf(one) < endOf(other) && !hangsOn(one, other)))
      .map((other) => `${one.of} was undone before ${other.of}; declared: after it`),
  );
};

interface Undone {
  readonly of: string;
  readonly after: readonly string[];
}
const hangsOn = ({ of }: Undone, { after }: Undone): boolean => after.some((name) => undoneStage(name) === of);

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json; // as it would travel

const told = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
};
