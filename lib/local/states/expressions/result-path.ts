// ResultPath: puts a result into the input at a reference path, making the objects on the way.
import { EvaluationProblem } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import type { Segment } from './json-path-select.ts';

/** `input` with `result` at `segments`. Nothing shared is changed. Throws States.ResultPathMatchFailure. */
export const placeResult = (input: Json, segments: readonly Segment[], result: Json, at = 0): Json => {
  const segment = segments[at];
  if (segment === undefined) return result;
  if (segment.kind === 'name') {
    if (input !== null && !isObject(input)) mismatch();
    const target = isObject(input) ? input : {};
    return { ...target, [segment.name]: placeResult(target[segment.name] ?? {}, segments, result, at + 1) };
  }
  if (segment.kind === 'index' && Array.isArray(input) && segment.index < input.length) {
    const items = input as readonly Json[];
    return items.map((item, index) => (index === segment.index ? placeResult(item, segments, result, at + 1) : item));
  }
  return mismatch();
};

const mismatch = (): never => {
  throw new EvaluationProblem('States.ResultPathMatchFailure', 'Unable to apply ReferencePath to input');
};
