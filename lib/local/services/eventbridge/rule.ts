import { compileChecked, compilePattern, type Matcher, PatternError } from '../../event-pattern/index.ts';
import { fieldReader, isShape } from '../../field-reader.ts';
import { asked, type PageAsked } from '../../page.ts';
import { parseSchedule, type Schedule, ScheduleError } from '../../schedule/index.ts';
import { AwsError, type Shape } from '../../service.ts';

/** A stored rule, less its targets. */
export type Rule = {
  readonly name: string;
  readonly bus: string;
  readonly arn: string;
  readonly enabled: boolean;
  readonly pattern?: string;
  readonly schedule?: string;
  readonly description?: string;
  readonly roleArn?: string;
  /** When the present schedule was set, or the rule enabled: a rate counts from here, and no time before was missed. */
  readonly sinceMs: number;
};

export const read = fieldReader('ValidationException');

/** The page that a list of EventBridge is asked for. */
export const pageAsked = (input: Shape): PageAsked =>
  asked(input, { size: 'Limit', token: 'NextToken', most: 100, error: 'ValidationException' });

/** Compiles the JSON text of an event pattern, by `compileChecked` where it is put. Throws InvalidEventPatternException. */
export const matcherOf = (pattern: string, compile = compilePattern): Matcher => {
  try {
    const parsed: unknown = JSON.parse(pattern);
    if (!isShape(parsed)) throw new PatternError('Filter is not an object');
    return compile(parsed);
  } catch (error) {
    if (!(error instanceof PatternError || error instanceof SyntaxError)) throw error;
    throw new AwsError('InvalidEventPatternException', error.message);
  }
};

/** The schedule of a rule: cron or rate, always in UTC. Throws ValidationException. */
export const ruleSchedule = (expression: string): Schedule => {
  try {
    const schedule = parseSchedule(expression);
    if (schedule.kind !== 'at') return schedule;
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
  }
  throw new AwsError('ValidationException', `Parameter ScheduleExpression is not valid: ${expression}`);
};

/** The rule that PutRule's input describes; `before` is the rule of that name, if there was one. */
export const ruleOf = (input: Shape, place: { bus: string; arn: string; nowMs: number }, before?: Rule): Rule => {
  const name = read.text(input, 'Name');
  const pattern = read.optionalText(input, 'EventPattern');
  const schedule = read.optionalText(input, 'ScheduleExpression');
  const description = read.optionalText(input, 'Description');
  const roleArn = read.optionalText(input, 'RoleArn');
  if (!pattern && !schedule)
    throw new AwsError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
  if (pattern) matcherOf(pattern, compileChecked);
  if (schedule) ruleSchedule(schedule);
  if (schedule && place.bus !== 'default')
    throw new AwsError('ValidationException', 'ScheduleExpression is supported only on the default event bus.');
  return {
    name,
    bus: place.bus,
    arn: place.arn,
    enabled: read.optionalText(input, 'State') !== 'DISABLED',
    ...(pattern && { pattern }),
    ...(schedule && { schedule }),
    ...(description !== undefined && { description }),
    ...(roleArn !== undefined && { roleArn }),
    sinceMs: before?.enabled && before.schedule === schedule ? before.sinceMs : place.nowMs,
  };
};

/** A rule as DescribeRule and ListRules give it. */
export const ruleShape = (rule: Rule): Shape => ({
  Name: rule.name,
  Arn: rule.arn,
  EventBusName: rule.bus,
  State: rule.enabled ? 'ENABLED' : 'DISABLED',
  ...(rule.pattern && { EventPattern: rule.pattern }),
  ...(rule.schedule && { ScheduleExpression: rule.schedule }),
  ...(rule.description !== undefined && { Description: rule.description }),
  ...(rule.roleArn !== undefined && { RoleArn: rule.roleArn }),
});
