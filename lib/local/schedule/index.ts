export { parseSchedule, type Schedule } from './expression.ts';
export { ScheduleError } from './schedule-error.ts';
export { type Ticker, ticker } from './ticker.ts';
