import { parseArn } from '../../arn.ts';
import { fieldReader } from '../../field-reader.ts';
import { parseSchedule, type Schedule, ScheduleError } from '../../schedule/index.ts';
import { AwsError, type Shape } from '../../service.ts';

export const read = fieldReader('ValidationException');

/** A stored schedule. `settings` is the input of CreateSchedule or UpdateSchedule, checked. */
export type ScheduleRecord = {
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  readonly settings: Shape;
  readonly createdMs: number;
  readonly modifiedMs: number;
  /** From when a rate counts: its StartDate, else when the present expression was set. */
  readonly sinceMs: number;
};

const refuse = (what: string): AwsError =>
  new AwsError('NotImplemented', `HDL501 the local engine does not implement schedules with ${what}`, 501);

const KNOWN_TARGET = [
  'Arn',
  'RoleArn',
  'Input',
  'RetryPolicy',
  'DeadLetterConfig',
  'SqsParameters',
  'EventBridgeParameters',
];

const checkTarget = (target: Shape): void => {
  const arn = read.text(target, 'Arn');
  const service = parseArn(arn)?.service ?? '';
  const unknown = Object.keys(target).filter((field) => !KNOWN_TARGET.includes(field));
  if (unknown.length > 0) throw refuse(`Target.${unknown.join(', Target.')}`);
  if (!['sqs', 'lambda', 'states', 'sns', 'events', 'scheduler'].includes(service)) throw refuse(`the target ${arn}`);
};

/** Unlike a rule of EventBridge, a schedule may have `rate(1 hours)`: Terraform's and others' examples do. */
const asOfRules = (expression: string): string => expression.replace(/^rate\(1 (minute|hour|day)s\)$/, 'rate(1 $1)');

/** The expression of a schedule, in its time zone. Throws ValidationException. */
export const scheduleOf = (settings: Shape): Schedule => {
  const zone = read.optionalText(settings, 'ScheduleExpressionTimezone') ?? 'UTC';
  const expression = read.text(settings, 'ScheduleExpression');
  try {
    return parseSchedule(asOfRules(expression), zone);
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    throw new AwsError('ValidationException', `Invalid Schedule Expression ${expression}. ${error.message}`); // AWS says no more than the first
  }
};

/**
 * Throws ValidationException for a one-time schedule whose time is over: AWS makes none, as those who met it tell (its guide says nothing
 * of it). One that was made in time may stay, and be changed in all but that.
 */
export const checkToCome = (settings: Shape, now: number): void => {
  const { kind, next } = scheduleOf(settings);
  if (kind !== 'at' || next(now, now) !== undefined) return;
  const expression = read.text(settings, 'ScheduleExpression');
  throw new AwsError(
    'ValidationException',
    `Invalid Schedule Expression ${expression}. It is over at ${new Date(now).toISOString()}, so it would never fire`,
  );
};

const MOST_MINUTES = 1440;
const MINUTE_MS = 60_000;

/** How long after its time a schedule may fire: 0 unless its window is flexible. */
export const windowMs = (settings: Shape): number => {
  const { Mode, MaximumWindowInMinutes } = read.optionalShape(settings, 'FlexibleTimeWindow') ?? {};
  return Mode === 'FLEXIBLE' ? Number(MaximumWindowInMinutes) * MINUTE_MS : 0;
};

const checkWindow = (window: Shape): void => {
  const mode = read.text(window, 'Mode');
  const minutes = read.optionalNumber(window, 'MaximumWindowInMinutes');
  const invalid = (why: string): AwsError => new AwsError('ValidationException', `FlexibleTimeWindow ${why}`);
  if (mode !== 'OFF' && mode !== 'FLEXIBLE') throw invalid(`has the Mode ${mode}; expected OFF or FLEXIBLE`);
  if (mode === 'OFF' && minutes !== undefined)
    throw invalid('must have no MaximumWindowInMinutes where its Mode is OFF');
  const isInBounds = minutes !== undefined && Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES;
  if (mode === 'FLEXIBLE' && !isInBounds)
    throw invalid(`must have MaximumWindowInMinutes from 1 to ${MOST_MINUTES} where its Mode is FLEXIBLE`);
};

/** Throws where the settings are wrong, or ask for something that the engine does not do. */
export const checkSettings = (settings: Shape): void => {
  scheduleOf(settings);
  checkTarget(read.shape(settings, 'Target'));
  checkWindow(read.shape(settings, 'FlexibleTimeWindow'));
  read.optionalTime(settings, 'StartDate');
  read.optionalTime(settings, 'EndDate');
};
