// What is promised of the compiler, as verdicts.
import type { TaskGraph } from './dag.ts';
import type { DagRun } from './run-dag.ts';

export interface Measured {
  readonly graph: TaskGraph;
  readonly run: DagRun;
  readonly stages: number;
  /** How long the run took over the critical path. */
  readonly ratio: number;
  readonly wavesRatio: number;
  readonly wavesTransitions: number;
}

export interface Verdict {
  readonly holds: boolean;
  readonly what: string;
}

const atMost = (value: number, most: number, what: string): Verdict => ({
  holds: value <= most,
  what: `${what}: ${value}, at most ${most}`,
});

/** Milliseconds to compile so many stages. A machine that does other things too is given three times as long. */
const compileTime = (stages: number): number => 3 * (stages <= 100 ? 20 : stages <= 1_000 ? 150 : 2_000);

const most = { events: 12_000, bytes: 500_000 };

export const ofGraph = ({ graph, run, stages, ratio }: Measured): readonly Verdict[] => [
  { holds: ratio > 0.9995 && ratio < 1.0005, what: `${graph.id}: took ${ratio} of its critical path` },
  atMost(run.events, most.events, `${graph.id}: events of an execution`),
  atMost(run.bytes, most.bytes, `${graph.id}: bytes of a definition`),
  atMost(run.compileMs, compileTime(stages), `${graph.id}: milliseconds to compile`),
  ...(graph.study?.sp ? [atMost(run.latches, 0, `${graph.id}: latches of a series-parallel graph`)] : []),
];

/** For the study's graphs of each family; how many latches others need is their own matter. */
const perStage: { readonly [family: string]: number } = { shape: 1.43, randorder: 1.34, randsp: 1.26, layered: 1.78 };

export const ofFamily = (family: string, all: readonly Measured[]): readonly Verdict[] => {
  const limit = perStage[family];
  const rows = all.filter(({ graph }) => graph.study);
  if (limit === undefined || rows.length === 0) return [];
  const transitions = rows.reduce((sum, { run }) => sum + run.transitions, 0);
  const stages = rows.reduce((sum, row) => sum + row.stages, 0);
  return [atMost(transitions / stages, limit, `${family}: transitions per stage`)];
};

/** Against the study's prototype, in total. */
export const ofAll = (rows: readonly Measured[]): readonly Verdict[] => {
  const studied = rows.filter(({ graph }) => graph.study);
  if (studied.length === 0) return [];
  const own = studied.reduce((sum, { run }) => sum + run.transitions, 0);
  const theirs = studied.reduce((sum, { graph }) => sum + (graph.study?.latchTransitions ?? 0), 0);
  return [atMost(own, Math.floor(theirs * 1.03), "transitions in all, against the study's and 3 %")];
};
