// What a person can do on a page. Each is a command of the CLI: it gives the plan, and does the work.
import { type Field, link } from '../../console/index.ts';
import { checkedPipeline } from '../checked-pipeline.ts';
import type { Command } from '../command.ts';
import { cancel } from '../commands/cancel.ts';
import { resume } from '../commands/resume.ts';
import { start } from '../commands/start.ts';
import { checkInput, readInput } from '../run-input.ts';
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
  /** Where to go from it. */
  back(given: Given): string;
  /** Where to go once it is done. @default a page that says what the command did */
  lands?(given: Given, stdout: string): string;
}

const option = (name: string, value: string | undefined): readonly string[] =>
  value === undefined || value === '' ? [] : [`--${name}=${value}`];

const hidden = (name: string): Field => ({ name, label: name, form: 'hidden', required: true });
const because: Field = { name: 'because', label: 'Why', hint: 'For the history of the run; may be left empty.' };

const runPath = ({ pipeline = '', run = '' }: Given): string => link(['runs', pipeline, run]);
const ofRun = { fields: [hidden('pipeline'), hidden('run')], back: runPath, lands: runPath };

export const actions: { readonly [name: string]: Action } = {
  start: {
    title: 'Start a run',
    verb: 'Start it',
    command: start,
    fields: [
      hidden('pipeline'),
      { name: 'partition', label: 'Partition', hint: 'The slice of data that the run is for; by default its id.' },
      {
        name: 'input',
        label: 'Input',
        hint: 'JSON, as the pipeline’s contract wants it.',
        value: '{}',
        form: 'text',
        required: true,
      },
    ],
    words: ({ pipeline = '', partition, input }) => [
      pipeline,
      ...option('partition', partition),
      ...option('input', input),
    ],
    go: ['--no-wait', '--json'],
    plan: async ({ pipeline = '', partition, input }, setting) => {
      const definition = await checkedPipeline(setting, pipeline);
      const value = await checkInput(definition, readInput(input, setting.workingDirectory));
      return `${pipeline} would be started${partition ? ` for partition ${partition}` : ''} with\n${JSON.stringify(value, null, 2)}\n`;
    },
    back: ({ pipeline = '' }) => link(['pipelines', pipeline]),
    lands: (given, stdout) => runPath({ ...given, run: JSON.parse(stdout).run }),
  },
  cancel: {
    title: 'Cancel a run',
    verb: 'Cancel the run',
    command: cancel,
    ...ofRun,
    fields: [...ofRun.fields, because],
    words: ({ pipeline, run = '', because: why }) => [run, ...option('pipeline', pipeline), ...option('because', why)],
    go: ['--go'],
  },
  resume: {
    title: 'Let a run go on',
    verb: 'Let it go on',
    command: resume,
    ...ofRun,
    fields: [...ofRun.fields, { name: 'from', label: 'From stage', form: 'hidden' }, because],
    words: ({ pipeline, run = '', from, because: why }) => [
      run,
      ...option('pipeline', pipeline),
      ...option('from', from),
      ...option('because', why),
    ],
    go: ['--go', '--no-wait'],
  },
};
