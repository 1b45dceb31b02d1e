// What becomes of an Express run whose engine ends: nothing is left of its execution, the look that was sent before it began
// settles the run as failed, and a resume does what is left.
import type { PipelineGraph } from '../graph/index.ts';
import { orderOf, planRedo, standingOf, undoneOf } from '../ledger/index.ts';
import { undoName } from '../records/index.ts';
import type { Bench } from './bench.ts';
import { type CellPlan, differences, setupFor } from './cell.ts';
import { watchFor } from './invocations.ts';

/** Runs it and its resume. Resolves with every difference from what is declared, as a sentence. */
export const runKilledExpress = async (
  bench: Bench,
  { stages, pipeline: { name } }: PipelineGraph,
  plan: CellPlan,
): Promise<readonly string[]> => {
  const watch = watchFor(plan.faults);
  const first = await bench.run(plan.id, setupFor(plan, watch));
  const { ledger } = bench.services;
  const record = first.run === '' ? undefined : await ledger.runs.get(name, first.run);
  if (!watch.hasHalted) return differences(bench, plan, watch, first); // nothing reached the stage's work
  if (record?.status !== 'failed')
    return [`the run when its engine ended: ${record?.status ?? 'not recorded'}; declared: failed, by the look at it`];
  const records = await ledger.stages.list(name, record.run);
  const undos = await ledger.stages.listUndo(name, record.run);
  const undone = undoneOf(records, undos);
  const redo = planRedo({
    records,
    undone,
    standing: standingOf(records, undos),
    stages: stages.map(({ id }) => id),
    deployed: new Map(),
    lost: new Set(),
    redefined: false,
    from: undefined,
  });
  // What was undone is not there any more, and is done again.
  for (const stage of undone) for (const id of [stage, undoName(stage, 1)]) watch.effects.delete(id);
  const after = { ...watchFor(new Map()), effects: watch.effects, hasHalted: true };
  const resumed = await bench.resume(record, orderOf(redo), setupFor({ ...plan, faults: new Map() }, after));
  const problems = await differences(bench, plan, watch, resumed);
  for (const bury of watch.bury) bury();
  return problems.map((problem) => `resumed: ${problem}`);
};
