// What a command is: its words, what it takes, and what it does. The table of them is in program.ts.
import type { Setting } from './setting.ts';

/** What followed a command's own words, checked against what it takes. */
export interface Arguments {
  /** The operands in order, such as the name of a pipeline. */
  readonly operands: readonly string[];
  /** The value of an option that takes one; undefined when it was not given. */
  text(option: string): string | undefined;
  /** Whether a switch was given. */
  has(option: string): boolean;
  /** The value of an option as a whole number from `least` up. Throws CliError. */
  whole(option: string, least: number): number | undefined;
}

/** An option as `--help` shows it. `value` is the placeholder of what it takes; without one it is a switch. */
export interface Option {
  readonly value?: string;
  readonly says: string;
}

export interface Operand {
  readonly name: string;
  readonly required: boolean;
}

export interface Command {
  /** What a person types: `local run`. */
  readonly words: string;
  /** One line for the list of commands. */
  readonly says: string;
  readonly operands: readonly Operand[];
  readonly options: { readonly [name: string]: Option };
  /** Further lines for its own `--help`. */
  readonly notes?: readonly string[];
  /** Resolves with the exit code. Throws CliError, DefinitionError, EngineError or AwsCallError. */
  run(given: Arguments, setting: Setting): Promise<number>;
}
