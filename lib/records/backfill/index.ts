export * from './record.ts';
export * from './step.ts';
