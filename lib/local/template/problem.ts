import { EngineError } from '../engine-error.ts';

/** A mistake in a template, with where it is. */
export const templateError = (where: string, found: string, expected: string, fix: string): EngineError =>
  new EngineError('HDL514', { found: `${where}: ${found}`, expected, fix });
