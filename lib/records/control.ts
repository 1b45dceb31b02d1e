import { valueAt } from './binding.ts';
import type { Control, ControlPath } from './calls.ts';
import type { Json } from './json.ts';

/** The values of a stage's output that the state machine asked for. */
export const controlOf = (paths: readonly ControlPath[], output: Json): Control =>
  Object.fromEntries(
    paths.map(({ key, path, count }) => {
      const value = valueAt(output, path);
      return [key, count ? (Array.isArray(value) ? value.length : 0) : value];
    }),
  );
