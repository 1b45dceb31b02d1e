// What the widgets show, read from the ledger: never more than they show.
import {
  approvalsPage,
  byBegin,
  gridPage,
  homePage,
  type LettersFacts,
  lettersPage,
  type Page,
  runPage,
  vanishedRun,
} from '../console/index.ts';
import { openQuestions } from '../ledger/index.ts';
import type { Services } from '../operators/index.ts';
import { endedStages, historyOf, type Json, manifestName, type OrchestratorManifest } from '../records/index.ts';
import { withCut } from './cut.ts';

/** A view that may show less of what it read, so that it fits: `share` is 1 for all. */
export type View = (share: number) => Page;

const latestAtHome = 5;
const mostRows = 15;
/** Cells of the grid of runs: each has a hundred bytes. */
const mostCells = 400;
const mostLetters = 100;
/** Runs under way that are counted. */
const mostOpen = 100;
/** Later than any run is to be looked at. */
const everAfter = '9999';

const some = <T>(all: readonly T[], share: number): readonly T[] => all.slice(0, Math.ceil(all.length * share));

/** Runs under way that are looked through for questions. */
const mostLooked = 50;

const pipelinesOf = async ({ aws, eventBus }: Services): Promise<readonly string[]> => {
  const { Parameter } = await aws.call('ssm', 'GetParameter', { Name: manifestName(eventBus) });
  return (JSON.parse((Parameter as { Value: string }).Value) as OrchestratorManifest).pipelines; // written by the constructs
};

export const readHome = async (services: Services): Promise<View> => {
  const { ledger, manifests } = services;
  const [names, open] = await Promise.all([pipelinesOf(services), ledger.openRuns.due(everAfter, mostOpen + 1)]);
  const pipelines = await Promise.all(
    names.map(async (pipeline) => ({
      pipeline,
      upstream: [...new Set(Object.values((await manifests.of(pipeline))?.upstream ?? {}))],
      runs: (await ledger.runs.latest(pipeline, latestAtHome)).map(withCut),
      open: open.slice(0, mostOpen).filter((one) => one.pipeline === pipeline).length,
    })),
  );
  return (share) =>
    homePage({
      pipelines: some(pipelines, share).map((one) => ({ ...one, runs: some(one.runs, share) })),
      openBeyond: open.length > mostOpen,
    });
};

export const readGrid = async ({ ledger, manifests }: Services, pipeline: string): Promise<View> => {
  const stages = (await manifests.of(pipeline))?.stages ?? [];
  const rows = Math.min(mostRows, Math.max(3, Math.floor(mostCells / Math.max(1, stages.length))));
  const runs = await ledger.runs.latest(pipeline, rows);
  const read = await Promise.all(
    runs.map(async (run) => ({
      run,
      stages: endedStages(run) ?? (await ledger.stages.listStates(pipeline, run.run)),
    })),
  );
  return (share) => gridPage({ pipeline, stages, rows: some(read, share), older: undefined, isPast: false });
};

export const readLetters = async (services: Services, pipeline: string | undefined): Promise<View> => {
  const { ledger } = services;
  const names = pipeline === undefined ? await pipelinesOf(services) : [pipeline];
  const lists = await Promise.all(names.map((name) => ledger.deadLetters.open(name, mostLetters + 1)));
  const letters = lists
    .flatMap((list) => list.slice(0, mostLetters))
    .map(withCut)
    .toSorted((a, b) => b.lastAt.localeCompare(a.lastAt));
  return (share) => {
    const beyond = share < 1 || lists.some((list) => list.length > mostLetters);
    const facts: LettersFacts = { letters: some(letters, share), starts: [], beyond };
    return lettersPage(pipeline === undefined ? facts : { ...facts, pipeline });
  };
};

/** Of what a question shows, as much as stands in its record: the rest is in a bucket that a widget does not read. */
const apart = { missing: 'What it shows is large: look with npx heddle console --aws.' };

export const readApprovals = async ({ ledger }: Services): Promise<View> => {
  const { questions, ...looked } = await openQuestions(ledger, mostLooked);
  const open = questions.map(({ pipeline, run, partition, ...rest }) => {
    const { shown } = rest.question;
    const value = shown.kind === 'inline' ? { value: JSON.parse(shown.json) as Json } : apart;
    return { ...rest, run: { pipeline, run, partition }, shown: value };
  });
  return (share) => approvalsPage({ ...looked, questions: some(open, share) });
};

export const readRun = async ({ ledger, manifests, now }: Services, pipeline: string, id: string): Promise<View> => {
  const run = await ledger.runs.get(pipeline, id);
  if (!run) return () => vanishedRun(pipeline, id, 'HDL852');
  const [records, manifest, letters, audit] = await Promise.all([
    ledger.stages.list(pipeline, id),
    manifests.of(pipeline),
    ledger.deadLetters.first(pipeline, id, mostLetters + 1),
    ledger.audit.list(pipeline, id),
  ]);
  const stages = records.map(withCut).toSorted(byBegin);
  const deadLetters = letters.slice(0, mostLetters);
  return (share) =>
    runPage({
      run: withCut(run),
      stages: some(stages, share),
      planned: some(manifest?.stages ?? [], share),
      needs: new Map(stages.map(({ stage, needs = [] }) => [stage, needs] as const)),
      done: new Map(),
      unknown: share < 1 ? 'Not all of it has room here: heddle console shows it whole.' : undefined,
      until: run.endedAt ?? new Date(Math.floor(now() / 1_000) * 1_000).toISOString(),
      deadLetters: some(deadLetters.map(withCut), share),
      moreLetters: share < 1 || letters.length > mostLetters,
      audit: some(historyOf(audit, deadLetters), share),
      input: undefined,
      output: undefined,
    });
};
