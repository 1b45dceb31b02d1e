import { arnOf, parseArn } from '../../arn.ts';
import { fieldReader } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { pageOf } from '../../page.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { type StoredMap, storedMap } from '../../stored-map.ts';
import type { LogStore } from './log-store.ts';

export const read = fieldReader('InvalidParameterException');

export type LogGroup = { readonly name: string; readonly createdMs: number; readonly retentionDays?: number };
export type LogStream = { readonly group: string; readonly name: string; readonly createdMs: number };

export interface LogGroups {
  readonly groups: StoredMap<LogGroup>;
  /** By group and name, with a line feed between them: neither may hold one. */
  readonly streams: StoredMap<LogStream>;
  /** The group that logGroupName or logGroupIdentifier names. Throws ResourceNotFoundException. */
  group(input: Shape): LogGroup;
  /** The stream that logStreamName names in that group. Throws ResourceNotFoundException. */
  stream(input: Shape): LogStream;
  /** Makes what is missing: a Lambda's log group comes with its first line. */
  ensure(group: string, stream: string): void;
}

export const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);

export const invalidToken = (): AwsError => invalid('The specified nextToken is invalid.');

/** What `limit` says. Throws InvalidParameterException. */
export const limitOf = (input: Shape, most: number): number => {
  const limit = read.optionalNumber(input, 'limit') ?? most;
  const rule = limit < 1 ? 'greater than or equal to 1' : limit > most ? `less than or equal to ${most}` : undefined;
  if (rule === undefined) return limit;
  throw invalid(
    `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${rule}`,
  );
};

const MOST_DESCRIBED = 50;
const AFTER = 'after/';

/** A page of what is described. Its token says where it ended, so that nothing is left out for what moves or goes meanwhile. */
const page = <T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  input: Shape,
  isDescending = false,
): { readonly items: readonly T[]; readonly more: { readonly nextToken?: string } } => {
  const token = read.optionalText(input, 'nextToken');
  if (token?.startsWith(AFTER) === false) throw invalidToken();
  const asked = { size: limitOf(input, MOST_DESCRIBED), after: token?.slice(AFTER.length), isDescending };
  const { items, next } = pageOf(all, nameOf, asked);
  return { items, more: next === undefined ? {} : { nextToken: AFTER + next } };
};

export const streamKey = (group: string, stream: string): string => `${group}\n${stream}`;

const missing = (what: string): AwsError =>
  new AwsError('ResourceNotFoundException', `The specified ${what} does not exist.`);
const exists = (what: string): AwsError =>
  new AwsError('ResourceAlreadyExistsException', `The specified ${what} already exists`);

export const openGroups = (context: EngineContext): LogGroups => {
  const groups = storedMap<LogGroup>(context.database, 'cloudwatchlogs_groups');
  const streams = storedMap<LogStream>(context.database, 'cloudwatchlogs_streams');
  const group = (input: Shape): LogGroup => {
    const wanted = read.optionalText(input, 'logGroupName') ?? read.text(input, 'logGroupIdentifier');
    const name =
      parseArn(wanted)
        ?.resource.replace(/^log-group:/, '')
        .replace(/:\*$/, '') ?? wanted;
    const found = groups.get(name);
    if (!found) throw missing('log group');
    return found;
  };
  return {
    groups,
    streams,
    group,
    stream: (input) => {
      const found = streams.get(streamKey(group(input).name, read.text(input, 'logStreamName')));
      if (!found) throw missing('log stream');
      return found;
    },
    ensure: (group, stream) => {
      const createdMs = context.clock.now();
      if (!groups.has(group)) groups.set(group, { name: group, createdMs });
      const key = streamKey(group, stream);
      if (!streams.has(key)) streams.set(key, { group, name: stream, createdMs });
    },
  };
};

/** Create, delete and describe groups and streams; retention is kept and shown, and nothing is deleted for it. */
export const groupOperations = (context: EngineContext, store: LogStore, known: LogGroups): OperationTable => {
  const { groups, streams } = known;
  const arn = (name: string): string => arnOf(context, 'logs', `log-group:${name}`);
  const setRetention = (input: Shape, retentionDays: number | undefined): Shape => {
    const { name, createdMs } = known.group(input);
    groups.set(name, { name, createdMs, ...(retentionDays !== undefined && { retentionDays }) });
    return {};
  };

  return {
    CreateLogGroup: (input) => {
      const name = read.text(input, 'logGroupName');
      if (groups.has(name)) throw exists('log group');
      groups.set(name, { name, createdMs: context.clock.now() });
      return {};
    },
    DeleteLogGroup: (input) => {
      const { name } = known.group(input);
      store.deleteLines(name);
      for (const stream of streams.values()) if (stream.group === name) streams.delete(streamKey(name, stream.name));
      groups.delete(name);
      return {};
    },
    DescribeLogGroups: (input) => {
      const prefix = read.optionalText(input, 'logGroupNamePrefix') ?? '';
      const part = read.optionalText(input, 'logGroupNamePattern') ?? '';
      if (prefix !== '' && part !== '')
        throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
      const found = groups.values().filter(({ name }) => name.startsWith(prefix) && name.includes(part));
      const { items, more } = page(found, ({ name }) => name, input);
      const logGroups = items.map(({ name, createdMs, retentionDays }) => ({
        logGroupName: name,
        creationTime: createdMs,
        arn: `${arn(name)}:*`,
        logGroupArn: arn(name),
        logGroupClass: 'STANDARD',
        metricFilterCount: 0,
        storedBytes: store.streams(name).reduce((total, { bytes }) => total + bytes, 0),
        ...(retentionDays !== undefined && { retentionInDays: retentionDays }),
      }));
      return { logGroups, ...more };
    },
    PutRetentionPolicy: (input) => setRetention(input, read.number(input, 'retentionInDays')),
    DeleteRetentionPolicy: (input) => setRetention(input, undefined),
    CreateLogStream: (input) => {
      const { name } = known.group(input);
      const stream = read.text(input, 'logStreamName');
      if (streams.has(streamKey(name, stream))) throw exists('log stream');
      known.ensure(name, stream);
      return {};
    },
    DeleteLogStream: (input) => {
      const { group, name } = known.stream(input);
      streams.delete(streamKey(group, name));
      store.deleteLines(group, name);
      return {};
    },
    DescribeLogStreams: (input) => {
      const { name } = known.group(input);
      const prefix = read.optionalText(input, 'logStreamNamePrefix') ?? '';
      const summaries = new Map(store.streams(name).map((summary) => [summary.name, summary]));
      const found = streams.values().filter((stream) => stream.group === name && stream.name.startsWith(prefix));
      const byTime = read.optionalText(input, 'orderBy') === 'LastEventTime';
      if (byTime && prefix !== '') throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
      const keyOf = (stream: LogStream): string => {
        const lastMs = summaries.get(stream.name)?.lastMs ?? stream.createdMs;
        return byTime ? `${String(lastMs).padStart(16, '0')} ${stream.name}` : stream.name;
      };
      const { items, more } = page(found, keyOf, input, read.flag(input, 'descending'));
      const logStreams = items.map((stream) => {
        const summary = summaries.get(stream.name);
        return {
          logStreamName: stream.name,
          creationTime: stream.createdMs,
          arn: `${arn(name)}:log-stream:${stream.name}`,
          storedBytes: 0,
          ...(summary && {
            firstEventTimestamp: summary.firstMs,
            lastEventTimestamp: summary.lastMs,
            lastIngestionTime: summary.ingestedMs,
          }),
        };
      });
      return { logStreams, ...more };
    },
  };
};
