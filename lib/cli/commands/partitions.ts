import {
  type PartitionSpec,
  type PartitionStanding,
  partitionWords,
  sliceOf,
  stateMarks,
} from '../../records/index.ts';
import type { Command } from '../command.ts';
import { unknownPipeline } from '../find-pipeline.ts';
import { paintFor } from '../paint.ts';
import { calendar, legend, paintState } from '../partition-calendar.ts';
import { readPartitions, searchedRuns } from '../read-partitions.ts';
import { print, printJson, type Setting } from '../setting.ts';
import { openTarget, targetOptions } from '../target.ts';

/** Failed and stale partitions that are told of one by one. */
const told = 8;

export const partitions: Command = {
  words: 'partitions',
  says: "a pipeline's partitions as a calendar: missing, running, completed, failed, stale",
  operands: [{ name: 'pipeline', required: true }],
  options: {
    from: { value: 'WHEN', says: 'the first: a date, or a key (default: not so long ago)' },
    to: { value: 'WHEN', says: 'the last (default: the newest that is due, or was run where none of late was)' },
    json: { says: 'one object a line' },
    ...targetOptions,
  },
  notes: ['stale: complete, but an upstream was run again since, or came after the run had gone on without it.'],
  run: async (given, setting) => {
    const [pipeline = ''] = given.operands;
    const target = await openTarget(given, setting, 'none');
    try {
      const { pipelines } = target.manifest;
      if (!pipelines.includes(pipeline)) throw unknownPipeline(pipeline, pipelines, target.name);
      const range = { from: given.text('from'), to: given.text('to') };
      const { spec, standings: shown, due, earlier } = await readPartitions(target, pipeline, range, setting.now());
      const outside = [
        ...(due === undefined ? [] : [`All that come after these are missing, up to ${due}: --to ${due} shows them.`]),
        ...(earlier === undefined ? [] : [`Earlier ones were run, from ${earlier} on: --from ${earlier} shows them.`]),
      ];
      if (given.has('json'))
        printJson(
          setting,
          shown.map((standing) => asJson(spec, standing)),
        );
      else print(setting, [...report(pipeline, spec, shown, setting), ...(outside.length > 0 ? ['', ...outside] : [])]);
      return 0;
    } finally {
      await target.close();
    }
  },
};

const asJson = (spec: PartitionSpec | undefined, { partition, state, record, because }: PartitionStanding): object => {
  const { start, end } = spec ? sliceOf(spec, partition) : {};
  return { partition, state, run: record?.run, generation: record?.generation, because, start, end };
};

const report = (
  pipeline: string,
  spec: PartitionSpec | undefined,
  standings: readonly PartitionStanding[],
  setting: Setting,
): readonly string[] => {
  const heading = `${pipeline}: ${spec ? partitionWords(spec) : `any key; those of its newest ${searchedRuns} runs`}`;
  if (standings.length === 0) return [heading, '', spec ? 'No partition is due yet.' : 'It was not run yet.'];
  const paint = paintFor(setting);
  const notable = standings.filter(({ state }) => state === 'failed' || state === 'stale');
  const lines = notable.slice(0, told).map(({ partition, state, record, because }) => {
    const why = state === 'stale' ? because : `see npx heddle run ${record?.run}`;
    return paintState(paint, state, `${stateMarks[state]} ${partition} is ${state}: ${why}`);
  });
  const more = notable.length > told ? [`… and ${notable.length - told} more; --json has all`] : [];
  return [
    heading,
    '',
    ...calendar(spec ?? { kind: 'keys', keys: standings.map(({ partition }) => partition) }, standings, paint),
    '',
    legend(standings, paint),
    ...(lines.length > 0 ? ['', ...lines, ...more] : []),
  ];
};
