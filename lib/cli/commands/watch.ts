import type { RunRecord } from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { unknownPipeline } from '../find-pipeline.ts';
import { findRun } from '../find-run.ts';
import { exitCodeOf, followAndShow } from '../start-and-follow.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

export const watch: Command = {
  words: 'watch',
  says: 'follow a run to its end, as it changes',
  operands: [{ name: 'run', required: false }],
  options: {
    pipeline: { value: 'P', says: 'the newest run of this pipeline, or look in this pipeline only' },
    json: { says: 'the run as one object on one line when it has ended, progress on stderr' },
    ...targetOptions,
  },
  notes: ['Without an id: the newest run. Exit code 1 when the run failed.'],
  run: async (given, setting) => {
    const target = await openTarget(given, setting);
    try {
      const [id] = given.operands;
      const run =
        id === undefined
          ? await newest(target, given.text('pipeline'))
          : await findRun(target, id, given.text('pipeline'));
      const { stages } = await target.pipeline(run.pipeline);
      return exitCodeOf(await followAndShow(run, stages, target, given, setting));
    } finally {
      await target.close();
    }
  },
};

/** HDL813: there is no run to watch. Fix: start one, or name another pipeline. */
const newest = async (target: Target, name: string | undefined): Promise<RunRecord> => {
  const { pipelines } = target.manifest;
  if (name !== undefined && !pipelines.includes(name)) throw unknownPipeline(name, pipelines, target.name);
  const lists = await Promise.all(
    pipelines
      .filter((pipeline) => name === undefined || pipeline === name)
      .map((pipeline) => target.ledger.runs.latest(pipeline, 1)),
  );
  const [run] = lists.flat().toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  if (run) return run;
  const of = name === undefined ? '' : ` of ${name}`;
  throw new CliError(
    'HDL813',
    2,
    `there is no run${of} in ${target.name}`,
    'one that was started',
    'npx heddle start <pipeline>',
  );
};
