import {
  keyAt,
  keysOf,
  type PartitionSpec,
  type PartitionStanding,
  partitionWords,
  partsOf,
  shifted,
  sliceOf,
  stateMarks,
  timeOf,
} from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { unknownPipeline } from '../find-pipeline.ts';
import { paintFor } from '../paint.ts';
import { calendar, legend, paintState } from '../partition-calendar.ts';
import { print, printJson, type Setting } from '../setting.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

/** Keys of time that are shown where nobody says how many. */
const usual = { hour: 72, day: 56, week: 52, month: 24 } as const;
/** Of a pipeline that takes any key: runs that are looked through for the keys that it was run for. */
const searched = 200;
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
      const { partitions: spec } = await target.pipeline(pipeline);
      const range = { from: given.text('from'), to: given.text('to') };
      const now = setting.now();
      const keys = spec ? wanted(spec, range, now) : await knownKeys(target, pipeline, range);
      let standings = await target.ledger.standings().of(pipeline, keys);
      let shown = spec && range.to === undefined ? withoutFuture(spec, standings, now) : standings;
      const outside: string[] = [];
      if (spec && range.from === undefined && range.to === undefined) {
        // Where nothing of what is usual was run, what was.
        const newest = shown.some(({ record }) => record) ? undefined : await lastRun(target, pipeline, keys[0]);
        if (newest !== undefined) {
          const [due] = partsOf(spec, shown.at(-1)?.partition ?? '');
          standings = await target.ledger.standings().of(pipeline, wanted(spec, range, now, partsOf(spec, newest)[0]));
          shown = standings;
          if (due) outside.push(`All that come after these are missing, up to ${due}: --to ${due} shows them.`);
        }
      }
      const earlier = spec && timeOf(spec) && (await firstRun(target, pipeline, shown[0]?.partition));
      if (spec && earlier) {
        const [first] = partsOf(spec, earlier);
        outside.push(`Earlier ones were run, from ${first} on: --from ${first} shows them.`);
      }
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

interface Range {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Up to the moment, as what is under way is of interest too; of what nobody asked for, the newest keys only. */
const wanted = (spec: PartitionSpec, { from, to }: Range, nowMs: number, newest?: string): readonly string[] => {
  const time = timeOf(spec);
  const last = time && to === undefined ? (newest ?? keyAt(time, nowMs)) : to;
  const isOver = time?.to !== undefined && last !== undefined && last > time.to;
  const end = isOver ? time.to : last;
  let begin = from;
  if (time && from === undefined && end !== undefined && to === undefined && end > time.from) {
    const usually = shifted(time, end, 1 - usual[time.every]);
    begin = usually > time.from ? usually : time.from;
  }
  if (time && to === undefined && end !== undefined && end < time.from) return [];
  const found = keysOf(spec, { from: begin, to: time ? end : to }, nowMs);
  if ('keys' in found) return found.keys;
  throw new CliError(
    'HDL670',
    2,
    found.problem,
    `a range of its partitions, ${partitionWords(spec)}`,
    'correct --from and --to',
  );
};

/** All keys of time begin with a digit: those of trials come after. */
const digits = { from: '0', below: ':' } as const;

const lastRun = async (
  { ledger }: Target,
  pipeline: string,
  before: string = digits.below,
): Promise<string | undefined> => (await ledger.runs.partitionEdge(pipeline, digits.from, before, 'last'))?.partition;

const firstRun = async (
  { ledger }: Target,
  pipeline: string,
  before: string = digits.from,
): Promise<string | undefined> => (await ledger.runs.partitionEdge(pipeline, digits.from, before, 'first'))?.partition;

/** What is not due yet and was not run either, at the end of the range. */
const withoutFuture = (
  spec: PartitionSpec,
  standings: readonly PartitionStanding[],
  nowMs: number,
): readonly PartitionStanding[] => {
  const due = keysOf(spec, {}, nowMs);
  const isDue = new Set('keys' in due ? due.keys : []);
  const times = new Set(
    standings
      .filter(({ partition, state }) => state !== 'missing' || isDue.has(partition))
      .map(({ partition }) => partsOf(spec, partition)[0]),
  );
  return standings.filter(({ partition }) => times.has(partsOf(spec, partition)[0]));
};

const knownKeys = async ({ ledger }: Target, pipeline: string, { from, to }: Range): Promise<readonly string[]> => {
  if (from !== undefined || to !== undefined)
    throw new CliError(
      'HDL670',
      2,
      `${pipeline} takes any key, so its partitions have no order`,
      'no --from and no --to',
      'leave them out, or give the pipeline partitions: daily({ from: … })',
    );
  const runs = await ledger.runs.latest(pipeline, searched);
  return [...new Set(runs.map(({ partition }) => partition))].sort();
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
  const heading = `${pipeline}: ${spec ? partitionWords(spec) : `any key; those of its newest ${searched} runs`}`;
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
