// All that a command knows of the outside, handed in once: what it runs on, where it writes, what it may look at.
import type { Diagnostic, Pipeline } from '../definition/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { OrchestratorManifest, PipelineManifest } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';

/** Where text goes. `width` and `height` are columns and rows; they mean something on a terminal only. */
export interface Outlet {
  readonly isTerminal: boolean;
  readonly width: number;
  readonly height: number;
  write(text: string): void;
}

/** Where runs live, opened. */
export interface Target {
  readonly aws: Aws;
  readonly ledger: Ledger;
  readonly manifest: OrchestratorManifest;
  /** How a person would name it: `AWS us-east-1`, `the local engine in .heddle`. */
  readonly name: string;
  /** True when the engine runs in this process: what is under way stops at `close` and goes on at the next open. */
  readonly embedded: boolean;
  /** What of the app is not there as it is on AWS: one line each. @default nothing */
  readonly notices?: readonly string[];
  pipeline(name: string): Promise<PipelineManifest>;
  close(): Promise<void>;
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
  /** What is open already, for commands inside a process that goes on: they take it, and do not close it. */
  readonly target?: Target;
  /** Asks the person at the terminal. Undefined where stdin is none: then nothing is asked. */
  readonly ask?: (question: string) => Promise<string>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves when the person ends the program, with Ctrl-C. */
  untilStopped(): Promise<void>;
  /** Throws DefinitionError when a definition cannot even be recorded. */
  loadPipelines(): Promise<readonly Pipeline[]>;
  /** Every diagnostic of these pipelines, those of their files and names included. */
  diagnose(pipelines: readonly Pipeline[]): Promise<readonly Diagnostic[]>;
}

/** Columns that a line may have: as many as it likes where no terminal wraps it. */
export const columnsOf = ({ isTerminal, width }: Outlet): number => (isTerminal ? width : Number.POSITIVE_INFINITY);

/** What a terminal would obey, and what turns the text around: records hold what came from anywhere. Our own colours stay. */
const unruly = /(?![\n\t])(?:\p{Cc}\[[\d;]*m|[\p{Cc}\u202a-\u202e\u2066-\u2069])/gu;
const tamed = (found: string): string =>
  found.length > 1 && found.startsWith('\u001b') ? found : ` ${found.slice(1)}`;
const escaped = (found: string): string => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}${found.slice(1)}`;

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line.replace(unruly, tamed)}\n`).join('');

/** Prints lines to stdout. */
export const print = ({ stdout }: Setting, lines: readonly string[]): void => {
  stdout.write(textOf(lines));
};

/** Prints lines to stderr: what a person should see and a program that reads stdout should not. */
export const remark = ({ stderr }: Setting, lines: readonly string[]): void => {
  stderr.write(textOf(lines));
};

/** Prints values as JSON, one a line; what a terminal would obey is escaped. */
export const printJson = ({ stdout }: Setting, values: readonly unknown[]): void => {
  stdout.write(values.map((value) => `${JSON.stringify(value).replace(unruly, escaped)}\n`).join(''));
};
