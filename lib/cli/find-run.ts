import type { RunRecord } from '../records/index.ts';
import { nearest } from '../support/nearest.ts';
import { CliError } from './cli-error.ts';
import { unknownPipeline } from './find-pipeline.ts';
import type { Target } from './target.ts';

/** The run of an id, in one pipeline or in all. Throws CliError HDL606, HDL615. */
export const findRun = async (target: Target, id: string, name: string | undefined): Promise<RunRecord> => {
  const { pipelines } = target.manifest;
  if (name !== undefined && !pipelines.includes(name)) throw unknownPipeline(name, pipelines, target.name);
  const looked = name === undefined ? pipelines : [name];
  const found = await Promise.all(looked.map((pipeline) => target.ledger.runs.get(pipeline, id)));
  const records = found.filter((record) => record !== undefined);
  const [record, other] = records;
  if (record && !other) return record;
  if (record && other) {
    const both = records.map(({ pipeline }) => pipeline);
    const fix = `add --pipeline ${both[0]}`;
    throw new CliError('HDL615', 2, `${both.join(' and ')} each have a run '${id}'`, 'the run of one pipeline', fix);
  }
  const recent = (await Promise.all(looked.map((pipeline) => target.ledger.runs.latest(pipeline, 50)))).flat();
  const known = recent.map((recorded) => recorded.run);
  const near = known.find((candidate) => id.length > 2 && candidate.startsWith(id)) ?? nearest(id, known);
  throw new CliError(
    'HDL615',
    2,
    `there is no run '${id}' in ${target.name}`,
    'the id of a run, as npx heddle runs shows it',
    near ? `did you mean ${near}?` : 'see npx heddle runs',
  );
};
