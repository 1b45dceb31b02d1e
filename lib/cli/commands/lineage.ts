import type { Command } from '../command.ts';
import { readArtifact } from '../lineage/artifact.ts';
import { edgesOf, fitted, treeLines } from '../lineage/report.ts';
import { mostBelow, openSources } from '../lineage/sources.ts';
import { mostArtifacts, trace } from '../lineage/trace.ts';
import { columnsOf, print, printJson, remark } from '../setting.ts';
import { openTarget, targetOptions } from '../target.ts';

const usualDepth = 10;

export const lineage: Command = {
  words: 'lineage',
  says: 'what an artifact was made of, and what was made of it',
  operands: [{ name: 'artifact', required: true }],
  options: {
    up: { says: 'what it was made of (default)' },
    down: { says: 'what was made of it' },
    depth: { value: 'N', says: `at most so many steps (default: ${usualDepth})` },
    partitions: {
      value: 'N',
      says: `with --down, of each pipeline below an artifact the last N partitions (default: ${mostBelow})`,
    },
    stages: { says: 'through the stages of each run, not from run to run' },
    run: { value: 'ID', says: "the output of this run (default: the partition's newest)" },
    json: {
      says: 'an edge a line: `to` was made of `from`, by which run, code, model, prompt; `unseen`: partitions not looked at',
    },
    ...targetOptions,
  },
  notes: [
    'An artifact is pipeline/partition, pipeline/stage/partition or s3://bucket/key; of partitions by day and source, the day alone means all',
    'of its sources. Its edges are in the records of runs and stages;',
    'of an object that nobody recorded as read, --down finds the runs that it started among the newest of each pipeline.',
  ],
  run: async (given, setting) => {
    const depth = given.whole('depth', 1) ?? usualDepth;
    const below = given.whole('partitions', 1);
    const target = await openTarget(given, setting, 'none');
    try {
      const [typed = ''] = given.operands;
      const sources = openSources(target, { now: setting.now(), stages: given.has('stages'), below });
      const starts = await sources.findAll(readArtifact(typed, target.manifest.pipelines, given.text('run')));
      const directions = given.has('down')
        ? given.has('up')
          ? (['up', 'down'] as const)
          : (['down'] as const)
        : (['up'] as const);
      const [unseen, cut] = [new Set<string>(), new Set<string>()];
      for (const direction of directions) {
        if (directions.length > 1 && !given.has('json'))
          print(setting, [direction === 'up' ? 'Made of' : 'Made of it']);
        for (const start of starts) {
          const traced = await trace(start, sources[direction], depth);
          if (given.has('json')) printJson(setting, edgesOf(traced.root, direction));
          else print(setting, fitted(columnsOf(setting.stdout), treeLines(traced.root)));
          if (traced.unseen) unseen.add(start.name);
          if (traced.cut) cut.add(start.name);
        }
      }
      const some = ({ size }: ReadonlySet<string>): string =>
        starts.length > 1 ? ` from ${size} of the ${starts.length} asked for` : '';
      if (unseen.size > 0)
        remark(setting, [
          `Of each pipeline below an artifact the last ${below === 1 ? 'partition was' : `${below ?? mostBelow} partitions were`} looked at${some(unseen)}: more with --partitions N.`,
        ]);
      if (cut.size > 0)
        remark(setting, [
          `More than ${mostArtifacts} artifacts${some(cut)}: the rest is left out. Ask from one of them, or with --depth.`,
        ]);
      return 0;
    } finally {
      await target.close();
    }
  },
};
