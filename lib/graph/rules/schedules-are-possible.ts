import type { Diagnostic } from '../../definition/index.ts';
import { dayWithout } from '../../support/schedule/day-without.ts';
import { parseSchedule } from '../../support/schedule/expression.ts';
import { ScheduleError } from '../../support/schedule/schedule-error.ts';
import { isTimeZone } from '../../support/schedule/time-zone.ts';
import type { Rule } from './rule.ts';

/**
 * HDL260: a schedule has an expression or a time zone that EventBridge Scheduler does not know, or never comes due. Fix: write
 * cron(minutes hours day-of-month month day-of-week year) with a ? for one of the two days, or rate(5 minutes), and an IANA
 * zone such as Europe/London.
 *
 * HDL261: a schedule has no time on the day on which clocks go forward over it, so that day gets no run. Fix: take a
 * time of day that every day has, or the zone UTC.
 */
export const schedulesArePossible: Rule = ({ graph: { pipeline } }) =>
  pipeline.triggers.flatMap((trigger) =>
    trigger.kind === 'schedule' ? problemsOf(pipeline.name, trigger.expression, trigger.timeZone) : [],
  );

const problemsOf = (at: string, expression: string, timeZone: string): readonly Diagnostic[] => {
  if (!isTimeZone(timeZone))
    return [
      {
        code: 'HDL260',
        severity: 'error',
        at,
        message: `the schedule ${expression} is in the time zone '${timeZone}', which the IANA database does not have`,
        fix: "name one like 'Europe/London' or 'UTC'",
      },
    ];
  const wrong = whyNot(expression, timeZone);
  if (wrong !== undefined)
    return [
      {
        code: 'HDL260',
        severity: 'error',
        at,
        message: `the schedule ${expression} is not possible: ${wrong}`,
        fix: "write one like schedule('cron(0 3 * * ? *)', …), with six fields and ? for one of the two days, or 'rate(5 minutes)'",
      },
    ];
  const day = dayWithout(expression, timeZone);
  if (day === undefined) return [];
  return [
    {
      code: 'HDL261',
      severity: 'warning',
      at,
      message: `the schedule ${expression} has no time on days like ${day}, when clocks in ${timeZone} go forward over it: that day gets no run`,
      fix: 'take a time of day that every day has, or the zone UTC',
    },
  ];
};

const whyNot = (expression: string, timeZone: string): string | undefined => {
  try {
    const { kind, next } = parseSchedule(expression, timeZone);
    if (kind === 'at') return 'it comes once; expected cron(…) or rate(…)';
    return next(Date.UTC(2026, 0, 1), 0) === undefined ? 'it never comes due' : undefined;
  } catch (error) {
    if (error instanceof ScheduleError) return error.message.replace('Parameter ScheduleExpression is not valid: ', '');
    throw error;
  }
};
