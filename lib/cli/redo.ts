// What `resume` and `fork` share: what becomes of each stage, and why, from the ledger and from what is deployed.
import { userInfo } from 'node:os';
import { type PlannedRedo, planRun } from '../ledger/index.ts';
import type { PipelineManifest, RunRecord } from '../records/index.ts';
import { nearest } from '../support/nearest.ts';
import { oneLine } from '../support/words.ts';
import { CliError } from './cli-error.ts';
import { type Paint, paintFor } from './paint.ts';
import { columnsOf, print, printJson, type Setting } from './setting.ts';
import { cutTo, table } from './table.ts';
import type { Target } from './target.ts';

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
  const { aws, ledger } = target;
  if (from !== undefined && !manifest.stages.includes(from)) throw unknownStage(run.pipeline, from, manifest.stages);
  if (run.input.kind === 'object' && !(await ledger.payloads.exists(run.input)))
    throw new CliError(
      'HDL627',
      2,
      `the input of the run ${run.run}, s3://${target.manifest.payloadBucket}/${run.input.key}, is gone`,
      'the input that the run was started with',
      `restore the object, or start a new run: npx heddle start ${run.pipeline} --input …`,
    );
  return planRun({ aws, ledger, orchestrator: target.manifest.orchestrator }, run, manifest, from);
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
  const rows = plan.map(({ stage, does, why }) => [stage, words[does], oneLine(why, 160)]);
  const lines = cutTo(width, table(['stage', 'is', 'because'], rows));
  const heads = lines.length - plan.length;
  print(
    setting,
    lines.map((line, index) => (plan[index - heads]?.does === 'reused' ? paint('skipped', line) : line)),
  );
};
