// What a run gave back, read from where its stages stored it, and as lines that are no flood.
import { type Ledger, UnavailableError } from '../ledger/index.ts';
import type { Json, RunRecord } from '../records/index.ts';
import { cutTo } from './table.ts';

/** Undefined when the run gave nothing, or a part of it comes from a stage that did not complete. */
export const readOutput = async (ledger: Ledger, record: RunRecord): Promise<Json | undefined> => {
  if (!record.output) return undefined;
  const { pipeline, run, partition, chosen = {} } = record;
  try {
    return await ledger.resolver().resolve(record.output, { pipeline, run, partition, chosen });
  } catch (error) {
    if (error instanceof UnavailableError) return undefined;
    throw error;
  }
};

/** A heading and at most `most` lines, none wider than `width`. */
export const outputLines = (output: Json, width: number, most: number): readonly string[] => [
  'Output',
  ...valueLines(output, width, most, 'run'),
];

/** At most `most` lines of a value, none wider than `width`; `command` is what gives it whole with --json. */
export const valueLines = (value: Json, width: number, most: number, command: string): readonly string[] => {
  const lines = JSON.stringify(brief(value), null, 2).split('\n');
  const more = lines.length - most;
  if (more <= 1) return cutTo(width, lines);
  return [
    ...cutTo(width, lines.slice(0, most)),
    `… and ${more} more lines; npx heddle ${command} with --json gives it whole`,
  ];
};

const shownElements = 2;

/** Long lists by their first elements: an output can hold every item of a map. */
const brief = (value: Json): Json => {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, brief(inner)]));
  }
  const more = value.length - shownElements;
  const first = value.slice(0, shownElements).map(brief);
  return more > 1 ? [...first, `… ${more.toLocaleString('en-US')} more`] : value.map(brief);
};
