import type { OperationTable } from '../../operation-table.ts';
import type { Shape } from '../../service.ts';
import { lineFilter } from './filter-pattern.ts';
import { invalidToken, type LogGroups, limitOf, read } from './groups.ts';
import type { LineQuery, LogLine, LogStore } from './log-store.ts';

const MOST_LINES = 10_000;

/** A token says after which line to go on; f and b are the directions of GetLogEvents. */
const tokenOf = (direction: 'f' | 'b', line: { timeMs: number; id: number }): string =>
  `${direction}/${line.timeMs}-${line.id}`;

const positionOf = (token: string): { direction: 'f' | 'b'; timeMs: number; id: number } => {
  const [, direction, timeMs, id] = /^([fb])\/(-?\d+)-(\d+)$/.exec(token) ?? [];
  if (direction === undefined) throw invalidToken();
  return { direction: direction === 'b' ? 'b' : 'f', timeMs: Number(timeMs), id: Number(id) };
};

/** At most `count` lines, and whether there are more. */
const take = (
  lines: Iterable<LogLine>,
  count: number,
): { readonly lines: readonly LogLine[]; readonly more: boolean } => {
  const taken: LogLine[] = [];
  for (const line of lines) {
    if (taken.length === count) return { lines: taken, more: true };
    taken.push(line);
  }
  return { lines: taken, more: false };
};

const windowOf = (input: Shape): Pick<LineQuery, 'fromMs' | 'toMs'> => {
  const fromMs = read.optionalNumber(input, 'startTime');
  const toMs = read.optionalNumber(input, 'endTime');
  return { ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) };
};

const filterLogEvents = (store: LogStore, known: LogGroups, input: Shape): Shape => {
  const { name: group } = known.group(input);
  const named = read.texts(input, 'logStreamNames');
  const prefix = read.optionalText(input, 'logStreamNamePrefix');
  const inGroup = () => known.streams.values().filter((stream) => stream.group === group);
  const withPrefix = (start: string) => inGroup().flatMap(({ name }) => (name.startsWith(start) ? [name] : []));
  const streams = named.length > 0 ? named : prefix === undefined ? undefined : withPrefix(prefix);
  const token = read.optionalText(input, 'nextToken');
  const matches = lineFilter(read.optionalText(input, 'filterPattern') ?? '');
  const query = { group, ...windowOf(input), ...(streams && { streams }), ...(token && { after: positionOf(token) }) };
  const matching = function* (): Iterable<LogLine> {
    for (const line of store.lines(query)) if (matches(line.message)) yield line;
  };
  const { lines, more } = take(matching(), limitOf(input, MOST_LINES));
  const last = lines.at(-1);
  const events = lines.map(({ id, stream, timeMs, ingestedMs, message }) => ({
    logStreamName: stream,
    timestamp: timeMs,
    message,
    ingestionTime: ingestedMs,
    eventId: String(id).padStart(56, '0'),
  }));
  return { events, searchedLogStreams: [], ...(more && last && { nextToken: tokenOf('f', last) }) };
};

/** AWS: here a line at the very end is outside, of FilterLogEvents inside. */
const beforeEnd = ({ toMs, ...window }: ReturnType<typeof windowOf>): ReturnType<typeof windowOf> =>
  toMs === undefined ? window : { ...window, toMs: toMs - 1 };

const getLogEvents = (store: LogStore, known: LogGroups, input: Shape): Shape => {
  const { group, name: stream } = known.stream(input);
  const token = read.optionalText(input, 'nextToken');
  const position = token === undefined ? undefined : positionOf(token);
  const newestFirst = position ? position.direction === 'b' : read.flag(input, 'startFromHead') !== true;
  const window = beforeEnd(windowOf(input));
  const query = { group, streams: [stream], newestFirst, ...window, ...(position && { after: position }) };
  const { lines } = take(store.lines(query), limitOf(input, MOST_LINES));
  const ordered = newestFirst ? [...lines].reverse() : lines;
  // At an end AWS returns the token that came in, which is how callers know to stop.
  const edge = position ?? { timeMs: 0, id: 0 };
  return {
    events: ordered.map(({ timeMs, ingestedMs, message }) => ({
      timestamp: timeMs,
      message,
      ingestionTime: ingestedMs,
    })),
    nextForwardToken: tokenOf('f', ordered.at(-1) ?? edge),
    nextBackwardToken: tokenOf('b', ordered[0] ?? edge),
  };
};

/** FilterLogEvents, GetLogEvents. */
export const eventOperations = (store: LogStore, known: LogGroups): OperationTable => ({
  FilterLogEvents: (input) => filterLogEvents(store, known, input),
  GetLogEvents: (input) => getLogEvents(store, known, input),
});
