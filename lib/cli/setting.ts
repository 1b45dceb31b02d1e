// All that a command knows of the outside, handed in once: what it runs on, where it writes, what it may look at.
import type { Diagnostic, Pipeline } from '../definition/index.ts';

/** Where text goes. `width` and `height` are columns and rows; they mean something on a terminal only. */
export interface Outlet {
  readonly isTerminal: boolean;
  readonly width: number;
  readonly height: number;
  write(text: string): void;
}

export interface Setting {
  /** The folder of the app: `cdk.json`, `bin/app.ts`, `.heddle/` and `cdk.out` are in it. */
  readonly root: string;
  /** What the person's paths are relative to. */
  readonly workingDirectory: string;
  readonly environment: { readonly [name: string]: string | undefined };
  readonly version: string;
  readonly stdout: Outlet;
  readonly stderr: Outlet;
  /** Asks the person at the terminal. Undefined where stdin is none: then nothing is asked. */
  readonly ask?: (question: string) => Promise<string>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Throws DefinitionError when a definition cannot even be recorded. */
  loadPipelines(): Promise<readonly Pipeline[]>;
  /** Every diagnostic of these pipelines, those of their files and names included. */
  diagnose(pipelines: readonly Pipeline[]): Promise<readonly Diagnostic[]>;
}

/** Columns that a line may have: as many as it likes where no terminal wraps it. */
export const columnsOf = ({ isTerminal, width }: Outlet): number => (isTerminal ? width : Number.POSITIVE_INFINITY);

/** Prints lines to stdout. */
export const print = ({ stdout }: Setting, lines: readonly string[]): void => {
  stdout.write(lines.map((line) => `${line}\n`).join(''));
};

/** Prints lines to stderr: what a person should see and a program that reads stdout should not. */
export const remark = ({ stderr }: Setting, lines: readonly string[]): void => {
  stderr.write(lines.map((line) => `${line}\n`).join(''));
};

/** Prints values as JSON, one a line. */
export const printJson = (setting: Setting, values: readonly unknown[]): void => {
  print(
    setting,
    values.map((value) => JSON.stringify(value)),
  );
};
