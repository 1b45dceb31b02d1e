// What `resume` and `fork` share: what becomes of each stage, and why, from the ledger and from what is deployed.
import { userInfo } from 'node:os';
import { type PlannedRedo, planRedo, standingOf, undoneOf } from '../ledger/index.ts';
import {
  environmentNames,
  type PipelineManifest,
  type RunRecord,
  type StageRecord,
  type StoredPayload,
  stageFunctionName,
} from '../records/index.ts';
import { nearest } from '../support/nearest.ts';
import { oneLine } from '../support/words.ts';
import { CliError } from './cli-error.ts';
import { type Paint, paintFor } from './paint.ts';
import { columnsOf, print, printJson, type Setting } from './setting.ts';
import { table } from './table.ts';
import type { Target } from './target.ts';

/** Functions that are looked at at a time. */
const atOnce = 10;

/** The name that an action is recorded under. */
export const whoAmI = (): string => `${userInfo().username} with heddle`;

/**
 * The plan for the run's stages, from `from` on or, without it, for what is not completed. Throws CliError HDL626 for a
 * stage that there is not, HDL627 when the run's own input is gone.
 */
export const planFor = async (
  target: Target,
  run: RunRecord,
  manifest: PipelineManifest,
  from: string | undefined,
): Promise<readonly PlannedRedo[]> => {
  const { ledger } = target;
  const records = await ledger.stages.list(run.pipeline, run.run);
  if (from !== undefined && !manifest.stages.includes(from)) throw unknownStage(run.pipeline, from, manifest.stages);
  if (run.input.kind === 'object' && !(await ledger.payloads.exists(run.input)))
    throw new CliError(
      'HDL627',
      2,
      `the input of the run ${run.run}, s3://${target.manifest.payloadBucket}/${run.input.key}, is gone`,
      'the input that the run was started with',
      `restore the object, or start a new run: npx heddle start ${run.pipeline} --input …`,
    );
  const completed = records.filter(({ status }) => status === 'completed');
  const [deployed, lost] = await Promise.all([
    deployedStages(target, run.pipeline, completed),
    lostOutputs(target, run, completed),
  ]);
  const undos = await ledger.stages.listUndo(run.pipeline, run.run);
  const redone = { undone: undoneOf(records, undos), standing: standingOf(records, undos) };
  const redefined = run.definitionHash !== manifest.definitionHash;
  return planRedo({ records, stages: manifest.stages, deployed, lost, from, redefined, ...redone });
};

const unknownStage = (pipeline: string, stage: string, known: readonly string[]): CliError => {
  const near = nearest(stage, known);
  return new CliError(
    'HDL626',
    2,
    `the pipeline ${pipeline} has no stage '${stage}'`,
    `one of ${known.join(', ')}`,
    near ? `did you mean ${near}?` : 'correct the name',
  );
};

const deployedStages = async (
  { aws, manifest }: Target,
  pipeline: string,
  records: readonly StageRecord[],
): Promise<ReadonlyMap<string, { readonly code: string; readonly contract: string }>> => {
  const found = new Map<string, { readonly code: string; readonly contract: string }>();
  for (let start = 0; start < records.length; start += atOnce) {
    await Promise.all(
      records.slice(start, start + atOnce).map(async ({ stage }) => {
        const environment = await aws.environmentOf(stageFunctionName(manifest.orchestrator, pipeline, stage));
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
  { ledger }: Target,
  { pipeline, run }: RunRecord,
  records: readonly StageRecord[],
): Promise<ReadonlySet<string>> => {
  const isGone = async (payload: StoredPayload | undefined): Promise<boolean> =>
    payload !== undefined && !(await ledger.payloads.exists(payload));
  const lost = new Set<string>();
  for (const { stage, output, items } of records) {
    const batches = items && !output ? await ledger.stages.listBatches({ pipeline, run, stage }, true) : [];
    const payloads = [output, ...batches.map(({ results }) => results)];
    for (let start = 0; start < payloads.length && !lost.has(stage); start += atOnce) {
      const gone = await Promise.all(payloads.slice(start, start + atOnce).map(isGone));
      if (gone.includes(true)) lost.add(stage);
    }
  }
  return lost;
};

const words: { readonly [does in PlannedRedo['does']]: string } = {
  reused: 'reused',
  again: 'run again',
  items: 'failed items run again',
  below: 'run again if its input changes',
  runs: 'run',
};

/** Prints a plan: a table, or with `json` one object a stage. */
export const printPlan = (plan: readonly PlannedRedo[], json: boolean, setting: Setting): void => {
  if (json) {
    printJson(setting, plan);
    return;
  }
  const paint: Paint = paintFor(setting);
  const width = Math.min(columnsOf(setting.stdout), 160);
  const rows = plan.map(({ stage, does, why }) => [stage, words[does], oneLine(why, Math.max(20, width - 60))]);
  const lines = table(['stage', 'is', 'because'], rows);
  const heads = lines.length - plan.length;
  print(
    setting,
    lines.map((line, index) => (plan[index - heads]?.does === 'reused' ? paint('skipped', line) : line)),
  );
};
