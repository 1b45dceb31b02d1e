// One cell of the matrix: a run with one fault at one stage, and what differs from what the definition declares.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Stage } from '../definition/index.ts';
import { UnavailableError } from '../ledger/index.ts';
import type { Json } from '../records/index.ts';
import { canonicalJson } from '../support/canonical-json.ts';
import type { Bench, Finished } from './bench.ts';
import type { Declared } from './declared.ts';
import type { Planned } from './faults.ts';
import { type Watch, watchFor, withoutRun } from './invocations.ts';
import type { Stubs } from './stubs.ts';

export interface CellPlan {
  /** What asks for the run. */
  readonly id: string;
  readonly pipeline: string;
  readonly stage: string;
  readonly planned: Planned;
  readonly stubs: Stubs;
  readonly declared: Declared;
  /** Length of texts of the fault that makes them long. */
  readonly textLength: number;
  /** Stages whose items may be worked on before it is known that the stage is to be skipped. */
  readonly eager: ReadonlySet<string>;
  /** The answers of people, by stage. */
  readonly answers: ReadonlyMap<string, Json>;
  /** False where what the pipeline gives is not the same in every run. */
  readonly comparesOutput: boolean;
}

/** Runs it. Resolves with every difference, as a sentence: none is what should be. */
export const runCell = async (bench: Bench, plan: CellPlan): Promise<readonly string[]> => {
  const { planned, stubs, answers } = plan;
  const watch = watchFor(plan.stage, planned);
  const finished = await bench.run(plan.id, {
    watch,
    input: stubs.input,
    stub: (stage, contract) => ({
      output: (input, long) => stubs.output(stage, contract, input, long ? { textLength: plan.textLength } : {}),
      broken: brokenFor(contract)?.value,
    }),
    answer: (stage) => (planned.silent && stage === plan.stage ? undefined : answers.get(stage)),
  });
  const found = await differences(bench, plan, watch, finished);
  for (const bury of watch.bury) bury();
  return found;
};

/** A value that a stage's output contract refuses; undefined where it takes anything. */
export const brokenFor = ({ output }: Stage): { readonly value: unknown } | undefined => {
  for (const value of [null, 0, 'no', [], {}]) {
    const result = output['~standard'].validate(value);
    if (!(result instanceof Promise) && (result as StandardSchemaV1.Result<unknown>).issues) return { value };
  }
  return undefined;
};

const differences = async (
  bench: Bench,
  { pipeline, stage, planned, declared, eager, comparesOutput }: CellPlan,
  watch: Watch,
  { run, status, started }: Finished,
): Promise<readonly string[]> => {
  const { ledger } = bench.services;
  const found: string[] = [];
  const expect = (what: string, is: unknown, should: unknown): void => {
    if (canonicalJson(plain(is)) === canonicalJson(plain(should))) return;
    found.push(`${what}: ${told(is)}; declared: ${told(should)}`);
  };
  expect('runs started', started.filter(({ kind }) => kind === 'started').length, 1);
  expect('end of the execution', status ?? 'none', declared.run === 'completed' ? 'SUCCEEDED' : 'FAILED');
  const record = run === '' ? undefined : await ledger.runs.get(pipeline, run);
  expect('the run', record?.status ?? 'not recorded', declared.run);

  const records = new Map((await ledger.stages.list(pipeline, run)).map((each) => [each.stage, each]));
  const letters = await ledger.deadLetters.list(pipeline, run);
  const messages = await bench.takeMessages();
  for (const [id, end] of declared.stages) {
    const own = records.get(id);
    expect(id, own?.status ?? 'not recorded', end.status);
    const wanted = end.letters.map(({ item, error }) => `${item ?? ''} ${error}`).sort();
    const lettersOf = (all: readonly { readonly [field: string]: unknown }[]) =>
      all
        .filter((one) => one.stage === id)
        .map((one) => `${one.item ?? ''} ${one.error}`)
        .sort();
    expect(`dead letters of ${id}`, lettersOf(letters as never), wanted);
    expect(`dead-letter messages of ${id}`, lettersOf(messages), wanted);
    const effects = [...(watch.effects.get(id)?.values() ?? [])];
    const isWhole = end.status === 'completed' || end.letters.length === 0;
    if (!eager.has(id) && (isWhole ? effects.length !== end.effects : effects.length > end.effects))
      expect(`side effects of ${id}, by idempotency key`, effects.length, end.effects);
    const most = id === stage || planned.hitsAll ? planned.repeats : 1;
    if (Math.max(0, ...effects) > most) expect(`times that ${id} did one side effect`, Math.max(...effects), most);
  }
  if (planned.calls !== undefined)
    for (const [batch, calls] of watch.calls)
      expect(batch === '' ? `calls of ${stage}` : `calls of ${stage}, batch ${batch}`, calls, planned.calls);
  if (watch.calls.size === 0 && planned.calls !== undefined) expect(`calls of ${stage}`, 0, planned.calls);
  if (declared.run === 'completed' && declared.output !== undefined && comparesOutput && record?.output) {
    const scope = { pipeline, run, partition: record.partition, chosen: record.chosen ?? {} };
    const output = await ledger
      .resolver()
      .resolve(record.output, scope)
      .catch((error: unknown) => {
        if (error instanceof UnavailableError) return `nothing: ${error.message}`;
        throw error;
      });
    expect('what the pipeline gives', withoutRun(output, run), declared.output);
  }
  return found;
};

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json; // as it would travel

const told = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
};
