// What the handlers of a run logged, from CloudWatch Logs: every line of the wrapper's log carries the run and the stage.
import { type LogLine, type RunRecord, stageFunctionName } from '../../records/index.ts';
import { type Aws, AwsCallError } from '../../support/aws-call.ts';

export interface Logs {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  /** There are more. */
  readonly cut: boolean;
}

/** Fields that every line has, and that say nothing more about it. */
const common = new Set([
  'timestamp',
  'level',
  'message',
  'service',
  'pipeline',
  'run',
  'stage',
  'sampling_rate',
  'xray_trace_id',
]);
/** Lines arrive late. */
const slackMs = 60_000;

interface Event {
  readonly timestamp: number;
  readonly message: string;
}

const parsed = ({ timestamp, message }: Event, stage: string): LogLine => {
  const at = new Date(timestamp).toISOString();
  try {
    const line = JSON.parse(message) as { readonly [name: string]: unknown };
    const fields = Object.fromEntries(Object.entries(line).filter(([name]) => !common.has(name)));
    const { level = 'INFO', message: text = '', stage: own = stage } = line;
    return { at, stage: String(own), level: String(level), message: String(text), fields };
  } catch {
    return { at, stage, level: '', message: message.trimEnd(), fields: {} }; // not ours, and shown as it is
  }
};

export interface WantedLines {
  /** Of this stage only. @default of all that share the functions */
  readonly stage?: string;
  /** Warnings and errors only. */
  readonly isBad?: boolean;
}

const badLevels: readonly string[] = ['WARN', 'ERROR', 'CRITICAL'];
export const isBad = ({ level }: Pick<LogLine, 'level'>): boolean => badLevels.includes(level);

/** Asked of CloudWatch, so that a limit counts what is wanted alone. */
const patternOf = (run: string, { stage, isBad: onlyBad }: WantedLines): string => {
  const common = [`$.run = "${run}"`, ...(stage === undefined ? [] : [`$.stage = "${stage}"`])].join(' && ');
  if (!onlyBad) return `{ ${common} }`;
  return `{ ${badLevels.map((level) => `(${common} && $.level = "${level}")`).join(' || ')} }`;
};

/** One function's lines of the run; none where it has not logged yet. */
const linesOf = async (
  aws: Aws,
  name: string,
  stage: string,
  { run, createdAt, endedAt }: RunRecord,
  limit: number,
  wanted: WantedLines,
): Promise<Logs> => {
  const lines: LogLine[] = [];
  let nextToken: unknown;
  do {
    let page: { readonly [field: string]: unknown };
    try {
      page = await aws.call('logs', 'FilterLogEvents', {
        logGroupName: `/aws/lambda/${name}`,
        filterPattern: patternOf(run, wanted),
        startTime: Date.parse(createdAt) - slackMs,
        ...(endedAt === undefined ? {} : { endTime: Date.parse(endedAt) + slackMs }),
        ...(nextToken ? { nextToken } : {}),
      });
    } catch (error) {
      if (error instanceof AwsCallError && error.code === 'ResourceNotFoundException') return { lines, cut: false };
      throw error;
    }
    lines.push(...(page.events as readonly Event[]).map((event) => parsed(event, stage)));
    nextToken = page.nextToken;
  } while (nextToken && lines.length < limit);
  return { lines: lines.slice(0, limit), cut: nextToken !== undefined || lines.length > limit };
};

/** The lines of these functions of the run's pipeline, at most so many. `functions` are keys as `stageFunctionName` takes them. */
export const readLogs = async (
  aws: Aws,
  orchestrator: string,
  run: RunRecord,
  functions: readonly string[],
  limit: number,
  wanted: WantedLines = {},
): Promise<Logs> => {
  const parts = await Promise.all(
    functions.map((key) => linesOf(aws, stageFunctionName(orchestrator, run.pipeline, key), key, run, limit, wanted)),
  );
  const lines = parts.flatMap((part) => part.lines).toSorted((a, b) => a.at.localeCompare(b.at));
  return { lines: lines.slice(0, limit), cut: lines.length > limit || parts.some(({ cut }) => cut) };
};
