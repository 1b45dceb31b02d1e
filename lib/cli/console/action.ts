// What a person can do on a page: a command of the CLI, that gives the plan and does the work.
import type { Field, Html } from '../../console/index.ts';
import type { Command } from '../command.ts';
import type { Setting } from '../setting.ts';

/** What was filled in, by the names of the fields. */
export type Given = { readonly [field: string]: string | undefined };

export interface Action {
  readonly title: string;
  readonly verb: string;
  readonly command: Command;
  /** In the order in which they are asked for. `hidden` ones come with the link to the action. */
  readonly fields: readonly Field[];
  /** The words after the command's own. */
  words(given: Given): readonly string[];
  /** What makes the command do it, where without it prints a plan. */
  readonly go: readonly string[];
  /** The plan of a command that has none of its own. Throws what the command would. */
  plan?(given: Given, setting: Setting): Promise<string>;
  /** What to look at before it is filled in, and what the fields begin with. */
  about?(given: Given, setting: Setting): Promise<{ readonly about: Html; readonly values: Given } | undefined>;
  /** What is said once it is done, where it lands. */
  readonly done: string;
  /** Where to go from it. */
  back(given: Given): string;
  /** Where to go once it is done. */
  lands(given: Given, stdout: string): string;
}

export const option = (name: string, value: string | undefined): readonly string[] =>
  value === undefined || value === '' ? [] : [`--${name}=${value}`];

export const hidden = (name: string): Field => ({ name, label: name, form: 'hidden', required: true });
