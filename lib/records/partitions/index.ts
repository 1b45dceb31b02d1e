export { boundKey, exampleKey, keyAt, shifted, spanOf } from './calendar.ts';
export * from './mapping.ts';
export * from './partitions.ts';
export * from './spec.ts';
