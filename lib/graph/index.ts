export * from './graph.ts';
export { validate } from './validate.ts';
