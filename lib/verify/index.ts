// The fault matrix of a pipeline: what happens under every fault, against what the definition declares.
export type { Wrapper } from './bench.ts';
export { faults } from './faults.ts';
export { type CellResult, type Mark, type MatrixOptions, placesOf, runMatrix } from './matrix.ts';
export type { RealHandlers } from './real-work.ts';
export { CannotVerifyError, HandlersFailedError, UnfitValueError } from './refusals.ts';
export type { GivenValues } from './stubs.ts';
