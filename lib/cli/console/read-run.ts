// What the pages of one run and of one of its stages show.
import { byBegin, type Known, type RunFacts, type StageFacts, type WiredStage } from '../../console/index.ts';
import { historyOf, type RunRecord, type StageRecord } from '../../records/index.ts';
import { runState } from '../progress/index.ts';
import type { Desk } from './desk.ts';
import { knownOf } from './known.ts';

/** Dead letters that are read of a run or a stage: a map may have very many, and an open page is made every second. */
const mostLetters = 500;

/** By the definition, and where that says nothing by the records. */
const needsOf = (
  wired: readonly WiredStage[],
  records: readonly StageRecord[],
): ReadonlyMap<string, readonly string[]> =>
  new Map([
    ...records.map(({ stage, needs = [] }) => [stage, needs] as const),
    ...wired.map(({ stage, needs }) => [stage, needs] as const),
  ]);

/** Where what is under way has come to: the whole second, so that equal looks are equal. */
const untilOf = ({ endedAt }: RunRecord, now: number): string =>
  endedAt ?? new Date(Math.floor(now / 1_000) * 1_000).toISOString();

/** Ids of the stages of its definition, where that is the one deployed now. */
const plannedOf = async ({ target }: Desk, { pipeline, definitionHash }: RunRecord): Promise<readonly string[]> => {
  if (!target.manifest.pipelines.includes(pipeline)) return [];
  const manifest = await target.pipeline(pipeline);
  return definitionHash === undefined || definitionHash === manifest.definitionHash ? manifest.stages : [];
};

/** Undefined when it gave none. */
export const outputOfRun = async ({ target: { ledger } }: Desk, record: RunRecord): Promise<Known | undefined> => {
  const { pipeline, run, partition, chosen = {}, output } = record;
  return output && knownOf(() => ledger.resolver().resolve(output, { pipeline, run, partition, chosen }));
};

/** Undefined where the ledger has no such run. */
export const readRun = async (desk: Desk, pipeline: string, id: string): Promise<RunFacts | undefined> => {
  const { ledger } = desk.target;
  const run = await ledger.runs.get(pipeline, id);
  if (!run) return undefined;
  const [records, wiring, letters, audit, input, output] = await Promise.all([
    ledger.stages.list(pipeline, id),
    desk.wiringOf(run),
    run.deadLetters === 0 && run.generation === undefined
      ? []
      : ledger.deadLetters.first(pipeline, id, mostLetters + 1),
    ledger.audit.list(pipeline, id),
    knownOf(() => ledger.payloads.load(run.input)),
    outputOfRun(desk, run),
  ]);
  const stages = records.toSorted(byBegin);
  const deadLetters = letters.slice(0, mostLetters);
  const planned = await plannedOf(desk, run);
  const { stages: states } = await runState(ledger, run, stages, []);
  return {
    run,
    stages,
    planned: planned.length > 0 ? planned : wiring.stages.map(({ stage }) => stage),
    needs: needsOf(wiring.stages, stages),
    done: new Map(states.flatMap(({ id: stage, items }) => (items ? [[stage, items.done] as const] : []))),
    unknown: wiring.unknown,
    until: untilOf(run, desk.setting.now()),
    deadLetters,
    moreLetters: letters.length > mostLetters,
    audit: historyOf(audit, deadLetters),
    input,
    output,
  };
};

/** Undefined where there is no such run, or it has no such stage. */
export const readStage = async (
  desk: Desk,
  pipeline: string,
  id: string,
  stage: string,
): Promise<StageFacts | undefined> => {
  const { ledger } = desk.target;
  const run = await ledger.runs.get(pipeline, id);
  if (!run) return undefined;
  const [records, wiring] = await Promise.all([ledger.stages.list(pipeline, id), desk.wiringOf(run)]);
  const record = records.find((one) => one.stage === stage);
  const wired = wiring.stages.find((one) => one.stage === stage);
  if (!record && !wired) return undefined;
  const needs = needsOf(wiring.stages, records);
  const [input, output, batches, letters, logs] = await Promise.all([
    inputOf(desk, run, record, wired),
    outputOf(desk, run, record),
    record?.items ? ledger.stages.listBatches({ pipeline, run: id, stage, spread: record.spread }, false) : [],
    ledger.deadLetters.first(pipeline, id, mostLetters + 1, stage),
    desk.logsOf(run, record),
  ]);
  return {
    run,
    stage,
    logs,
    record,
    needs: needs.get(stage) ?? [],
    below: [...needs].flatMap(([below, on]) => (on.includes(stage) ? [below] : [])),
    input,
    output,
    batches,
    letters: letters.slice(0, mostLetters),
    moreLetters: letters.length > mostLetters,
  };
};

/** What it was given, worked out anew from where it comes from; of a map, the list of its items. */
const inputOf = async (
  { target: { ledger } }: Desk,
  { pipeline, run, partition, chosen = {} }: RunRecord,
  record: StageRecord | undefined,
  wired: WiredStage | undefined,
): Promise<Known> => {
  const given = record?.given;
  if (given) return knownOf(() => ledger.payloads.load(given));
  if (record?.status === 'skipped') return { missing: 'It was skipped, so it was given nothing.' };
  if (!record) return { missing: 'It has not begun.' };
  const binding = wired && (wired.items ?? (record.items ? undefined : wired.bind));
  if (!binding)
    return {
      missing: record.items ? 'Its items are read one by one.' : 'The definition that it ran with is not known here.',
    };
  return knownOf(() => ledger.resolver().resolve(binding, { pipeline, run, partition, chosen }));
};

const outputOf = async (
  { target: { ledger } }: Desk,
  { pipeline, run }: RunRecord,
  record: StageRecord | undefined,
): Promise<Known> => {
  const own = record?.output;
  if (own) return knownOf(() => ledger.payloads.load(own));
  if (!record || record.endedAt === undefined) return { missing: 'None yet.' };
  if (!record.items) return { missing: 'It gave none.' };
  const first = await ledger.stages.getBatch({ pipeline, run, stage: record.stage, spread: record.spread }, 0);
  const results = first?.results;
  if (!results) return { missing: 'Its batches have none.' };
  return { note: 'Of its first batch:', ...(await knownOf(() => ledger.payloads.load(results))) };
};
