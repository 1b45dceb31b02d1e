// What an expression may see while a state runs.
import type { Json, JsonObject } from '../json.ts';

/** Clock and chance for expressions ($now, $random, States.UUID): never the process's own. */
export interface Ambient {
  now(): number;
  random(): number;
}

export type Variables = Readonly<Record<string, Json>>;

/**
 * The names in sight of an expression. `input` is the state's input (JSONata: `$states.input`, JSONPath: `$`);
 * `result` and `errorOutput` exist only in the fields where ASL defines them.
 */
export interface Scope {
  readonly input: Json;
  readonly result?: Json | undefined;
  readonly errorOutput?: Json | undefined;
  readonly variables: Variables;
  /** The context object (`$$`, `$states.context`); built on first use. */
  readonly context: () => JsonObject;
}
