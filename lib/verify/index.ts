// The fault matrix of a pipeline: what happens under every fault, against what the definition declares.
export type { Wrapper } from './bench.ts';
export { CannotVerifyError, UnfitValueError } from './declared.ts';
export { faults } from './faults.ts';
export { type CellResult, type Mark, type MatrixOptions, runMatrix } from './matrix.ts';
export type { GivenValues } from './stubs.ts';
