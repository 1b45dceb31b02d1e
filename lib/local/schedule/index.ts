export { parseSchedule, type Schedule } from '../../support/schedule/expression.ts';
export { ScheduleError } from '../../support/schedule/schedule-error.ts';
export { type Ticker, ticker } from './ticker.ts';
