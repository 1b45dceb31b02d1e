// One run of a random pipeline with random faults, compared with what is declared; and, where it failed, its resume.
import type { PipelineGraph } from '../../lib/graph/index.ts';
import { orderOf, type PlannedRedo, planRedo } from '../../lib/ledger/index.ts';
import type { Bench } from '../../lib/verify/bench.ts';
import { type Expected, recordedDifferences, runWith, setupFor } from '../../lib/verify/cell.ts';
import type { Declared } from '../../lib/verify/declared.ts';
import { expectedOf, plannedAt } from '../../lib/verify/expected.ts';
import { faults, type Planned } from '../../lib/verify/faults.ts';
import { type Watch, watchFor } from '../../lib/verify/invocations.ts';
import { stubsFor } from '../../lib/verify/stubs.ts';
import { type Dice, diceFor } from './grow.ts';

export interface Trial {
  readonly seed: string;
  /** `stage fault`, those that were injected. */
  readonly faults: readonly string[];
  readonly declared: Declared['run'];
  readonly resumed: boolean;
  /** What was lost, doubled, or is not as declared. */
  readonly problems: readonly string[];
}

const mostFaults = 4;

export const runTrial = async (bench: Bench, graph: PipelineGraph, seed: string): Promise<Trial> => {
  const dice = diceFor(seed);
  const stubs = stubsFor(graph.pipeline, { given: {}, upstream: {}, bends: [], seed: dice(1_000_000) });
  const { planned, named } = pickFaults(graph, dice);
  const expected = await expectedOf(graph, stubs, planned);
  const { problems, watch, finished } = await runWith(bench, { ...expected, id: seed });
  const result = { seed, faults: named, declared: expected.declared.run };
  if (problems.length > 0 || expected.declared.run === 'completed') return { ...result, resumed: false, problems };
  return { ...result, resumed: true, problems: await resume(bench, graph, expected, watch, finished.run) };
};

const pickFaults = ({ stages }: PipelineGraph, dice: Dice) => {
  const planned = new Map<string, Planned>();
  const named: string[] = [];
  for (let left = dice(mostFaults + 1); left > 0; left--) {
    const place = stages[dice(stages.length)];
    const fault = faults[dice(faults.length)];
    const hit = place && fault && !planned.has(place.id) ? plannedAt(fault, place.node) : undefined;
    if (!place || !fault || !hit) continue;
    planned.set(place.id, hit);
    named.push(`${place.id} ${fault.name}`);
  }
  return { planned, named };
};

/** Resumes a failed run with nothing in its way, and tells what it did beyond what failed and what was skipped. */
const resume = async (
  bench: Bench,
  graph: PipelineGraph,
  first: Expected,
  before: Watch,
  run: string,
): Promise<readonly string[]> => {
  const { ledger } = bench.services;
  const record = await ledger.runs.get(first.pipeline, run);
  if (!record) return ['the run is gone'];
  const plan = planRedo({
    records: await ledger.stages.list(first.pipeline, run),
    stages: graph.stages.map(({ id }) => id),
    deployed: new Map(),
    lost: new Set(),
    redefined: false,
    from: undefined,
  });
  const does = new Map(plan.map((one) => [one.stage, one.does]));
  const kept = [...first.faults].filter(
    ([stage]) => first.declared.stages.get(stage)?.status === 'completed' && does.get(stage) === 'reused',
  );
  const deviating = [...first.faults].some(
    ([stage, { deviation }]) => deviation.kind !== 'none' && does.get(stage) === 'below',
  );
  const expected = await expectedOf(graph, first.stubs, new Map(kept));
  const watch = watchFor(new Map());
  const again = { ...expected, faults: new Map(), comparesOutput: expected.comparesOutput && !deviating };
  const finished = await bench.resume(record, orderOf(plan), setupFor(again, watch));
  return [
    ...(await recordedDifferences(bench, again, finished, undefined)),
    ...overdone(plan, first, expected.declared, before, watch),
  ].map((problem) => `resumed: ${problem}`);
};

/** Work of a resume that was done before, or that nobody asked for. */
const overdone = (
  plan: readonly PlannedRedo[],
  { declared: first }: Expected,
  last: Declared,
  before: Watch,
  watch: Watch,
): readonly string[] =>
  plan.flatMap(({ stage, does }) => {
    const done = [...(watch.effects.get(stage)?.entries() ?? [])];
    const failed = first.stages.get(stage)?.letters.length ?? 0;
    const wanted =
      { reused: 0, items: failed, again: undefined, runs: undefined, below: undefined }[does] ??
      last.stages.get(stage)?.effects ??
      0;
    const twice = done.filter(([key, times]) => times > 1 || (failed === 0 && before.effects.get(stage)?.has(key)));
    const exact = does !== 'runs' && does !== 'below';
    return [
      ...(exact && done.length !== wanted
        ? [`${stage} (${does}) was worked on ${done.length} times, not ${wanted}`]
        : []),
      ...(!exact && done.length > wanted
        ? [`${stage} (${does}) was worked on ${done.length} times, above ${wanted}`]
        : []),
      ...(twice.length > 0 ? [`${stage} (${does}) did ${twice.length} side effects a second time`] : []),
    ];
  });
