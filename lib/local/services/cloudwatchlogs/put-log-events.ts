// PutLogEvents with what AWS asks of a batch, and WriteLogLines, by which services of this engine write.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
import type { OperationTable } from '../../operation-table.ts';
import type { EngineContext, Shape } from '../../service.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { invalid, type LogGroup, type LogGroups, read } from './groups.ts';
import type { LogStore } from './log-store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OLDEST_MS = 14 * DAY_MS;
const NEWEST_MS = 2 * HOUR_MS;
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
const EVENT_BYTES = 26; // what an event counts for beside its message

interface LogEvent {
  readonly timeMs: number;
  readonly message: string;
}

const eventsOf = (input: Shape): readonly LogEvent[] =>
  read
    .shapes(input, 'logEvents')
    .map((event) => ({ timeMs: read.number(event, 'timestamp'), message: read.text(event, 'message') }));

const failed = (where: string, rule: string): Error =>
  invalid(`1 validation error detected: Value at '${where}' failed to satisfy constraint: Member must have ${rule}`);

const checkBatch = (events: readonly LogEvent[]): void => {
  if (events.length === 0) throw failed('logEvents', 'length greater than or equal to 1');
  if (events.length > MOST_EVENTS) throw failed('logEvents', `length less than or equal to ${MOST_EVENTS}`);
  const empty = events.findIndex(({ message }) => message === '');
  if (empty >= 0) throw failed(`logEvents.${empty + 1}.member.message`, 'length greater than or equal to 1');
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + EVENT_BYTES, 0);
  if (bytes > MOST_BYTES) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${MOST_BYTES}`);
  if (events.some(({ timeMs }, place) => timeMs < (events[place - 1]?.timeMs ?? timeMs)))
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
};

/** The events that are kept, and where those are that are not: of a batch in order they are its first and its last ones. */
const sifted = (
  events: readonly LogEvent[],
  { retentionDays }: LogGroup,
  nowMs: number,
): { readonly kept: readonly LogEvent[]; readonly rejected: Shape | undefined } => {
  const before = (timeMs: number): number => events.filter((event) => event.timeMs < timeMs).length;
  const tooOld = before(nowMs - OLDEST_MS);
  const expired = retentionDays === undefined ? 0 : before(nowMs - retentionDays * DAY_MS);
  const tooNew = before(nowMs + NEWEST_MS + 1);
  const rejected = {
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > tooOld && { expiredLogEventEndIndex: expired }),
    ...(tooNew < events.length && { tooNewLogEventStartIndex: tooNew }),
  };
  const kept = events.slice(Math.max(tooOld, expired), tooNew);
  return { kept, rejected: kept.length === events.length ? undefined : rejected };
};

export const putOperations = (context: EngineContext, store: LogStore, known: LogGroups): OperationTable => {
  const keep = async (group: string, stream: string, events: readonly LogEvent[]): Promise<void> => {
    const ingestedMs = context.clock.now();
    store.add(events.map((event) => ({ group, stream, ingestedMs, ...event })));
    const batches = events.flatMap(({ message, timeMs }) => embeddedMetrics(message, timeMs));
    if (batches.length === 0) return;
    const cloudwatch = context.service('cloudwatch');
    await Promise.all(batches.map((batch) => cloudwatch.call('PutMetricData', batch)));
  };

  return {
    PutLogEvents: async (input) => {
      const stream = known.stream(input);
      const events = eventsOf(input);
      checkBatch(events);
      const { kept, rejected } = sifted(events, known.group(input), context.clock.now());
      const [first, last] = [kept[0], kept.at(-1)];
      if (first && last && last.timeMs - first.timeMs > DAY_MS)
        throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
      await keep(stream.group, stream.name, kept);
      return { nextSequenceToken: '0', ...(rejected && { rejectedLogEventsInfo: rejected }) };
    },
    // The engine's own: a line of a function, an execution or a rule is kept whatever its time, and its group and stream come with it.
    WriteLogLines: async (input) => {
      const [group, stream] = [read.text(input, 'logGroupName'), read.text(input, 'logStreamName')];
      known.ensure(group, stream);
      await keep(group, stream, eventsOf(input));
      return {};
    },
  };
};
