// The plan for a further execution of a run, from its records and from what is deployed now.
import {
  environmentNames,
  type PipelineManifest,
  type ResumeOrder,
  type RunRecord,
  type StageRecord,
  type StoredPayload,
  stageFunctionName,
} from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';
import { sha256 } from '../support/sha256.ts';
import { standingOf, undoneOf } from './compensation-plan.ts';
import type { Payloads } from './payloads.ts';
import { type Deployed, orderOf, type PlannedRedo, planRedo } from './redo-plan.ts';
import type { Stages } from './stages.ts';

/** Functions that are looked at at a time. */
const atOnce = 10;

export interface PlanSources {
  readonly aws: Aws;
  readonly ledger: { readonly stages: Stages; readonly payloads: Payloads };
  readonly orchestrator: string;
}

/** What becomes of each stage, from `from` on or, without it, of what is not completed. */
export const planRun = async (
  sources: PlanSources,
  run: RunRecord,
  { stages, definitionHash }: Pick<PipelineManifest, 'stages' | 'definitionHash'>,
  from?: string,
): Promise<readonly PlannedRedo[]> => {
  const { ledger } = sources;
  const records = await ledger.stages.list(run.pipeline, run.run);
  const completed = records.filter(({ status }) => status === 'completed');
  const [deployed, lost, undos] = await Promise.all([
    deployedStages(sources, run.pipeline, completed),
    lostOutputs(sources, run, completed),
    ledger.stages.listUndo(run.pipeline, run.run),
  ]);
  const redone = { undone: undoneOf(records, undos), standing: standingOf(records, undos) };
  return planRedo({
    records,
    stages,
    deployed,
    lost,
    from,
    redefined: run.definitionHash !== definitionHash,
    ...redone,
  });
};

/** The order that a plan makes. The same plan for the same execution is the same order. */
export const resumeOrderOf = (
  { pipeline, run, generation: before = 1 }: RunRecord,
  plan: readonly PlannedRedo[],
  told: Pick<ResumeOrder, 'by' | 'reason'>,
): ResumeOrder => {
  const parts = orderOf(plan);
  const generation = before + 1;
  const id = sha256(JSON.stringify([pipeline, run, generation, parts])).slice(0, 16);
  return { ...parts, id, generation, ...told };
};

const deployedStages = async (
  { aws, orchestrator }: PlanSources,
  pipeline: string,
  records: readonly StageRecord[],
): Promise<Deployed> => {
  const found = new Map<string, { readonly code: string; readonly contract: string }>();
  for (let start = 0; start < records.length; start += atOnce) {
    await Promise.all(
      records.slice(start, start + atOnce).map(async ({ stage }) => {
        const environment = await aws.environmentOf(stageFunctionName(orchestrator, pipeline, stage));
        const code = environment?.[environmentNames.codeHash];
        const contract = environment?.[environmentNames.contractHash];
        if (code !== undefined && contract !== undefined) found.set(stage, { code, contract });
      }),
    );
  }
  return found;
};

/** Stages of which an object is gone: a task's output, or the results of a map's batch. */
const lostOutputs = async (
  { ledger }: PlanSources,
  { pipeline, run }: RunRecord,
  records: readonly StageRecord[],
): Promise<ReadonlySet<string>> => {
  const isGone = async (payload: StoredPayload | undefined): Promise<boolean> =>
    payload !== undefined && !(await ledger.payloads.exists(payload));
  const lost = new Set<string>();
  for (const { stage, output, items, spread } of records) {
    const batches = items && !output ? await ledger.stages.listBatches({ pipeline, run, stage, spread }, true) : [];
    const payloads = [output, ...batches.map(({ results }) => results)];
    for (let start = 0; start < payloads.length && !lost.has(stage); start += atOnce) {
      const gone = await Promise.all(payloads.slice(start, start + atOnce).map(isGone));
      if (gone.includes(true)) lost.add(stage);
    }
  }
  return lost;
};
