export { boundKey, exampleKey, keyAt, shifted, spanOf } from './calendar.ts';
export { type CalendarLayout, calendarLayout } from './calendar-layout.ts';
export * from './mapping.ts';
export * from './partitions.ts';
export * from './spec.ts';
