// ResultPath: puts a result into the input at a reference path, making the objects on the way.
import { StateError } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import type { Segment } from './json-path-select.ts';

/** AWS says this, and not the States.ResultPathMatchFailure of the specification, where a step of a reference path finds no place. */
export const pathConflict = (segment: Segment | undefined, input: Json): StateError => {
  const step = segment?.kind === 'name' ? segment.name : segment?.kind === 'index' ? segment.index : '*';
  return new StateError(
    'States.ReferencePathConflict',
    `Unable to apply step "${step}" to input ${JSON.stringify(input)}`,
  );
};

/** `input` with `result` at `segments`. Nothing shared is changed. Throws States.ReferencePathConflict. */
export const placeResult = (input: Json, segments: readonly Segment[], result: Json): Json => {
  const placed = (within: Json, at: number): Json => {
    const segment = segments[at];
    if (segment === undefined) return result;
    if (segment.kind === 'name' && (within === null || isObject(within))) {
      const target = within ?? {};
      return { ...target, [segment.name]: placed(target[segment.name] ?? {}, at + 1) };
    }
    if (segment.kind === 'index' && Array.isArray(within) && segment.index < within.length) {
      const items = within as readonly Json[];
      return items.map((item, index) => (index === segment.index ? placed(item, at + 1) : item));
    }
    throw pathConflict(segment, input);
  };
  return placed(input, 0);
};
