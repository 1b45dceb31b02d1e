// What a person can do on a page. Each is a command of the CLI: it gives the plan, and does the work.
import { aboutQuestion, answerSkeleton, type Field, type Html, link } from '../../console/index.ts';
import type { StageRecord } from '../../records/index.ts';
import { checkedPipeline } from '../checked-pipeline.ts';
import type { Command } from '../command.ts';
import { answer } from '../commands/answer.ts';
import { cancel } from '../commands/cancel.ts';
import { deadLettersDiscard } from '../commands/dead-letters-discard.ts';
import { deadLettersReplay } from '../commands/dead-letters-replay.ts';
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
  /** What to look at before it is filled in, and what the fields begin with. */
  about?(given: Given, setting: Setting): Promise<{ readonly about: Html; readonly values: Given } | undefined>;
  /** Where to go from it. */
  back(given: Given): string;
  /** Where to go once it is done. @default a page that says what the command did */
  lands?(given: Given, stdout: string): string;
}

const option = (name: string, value: string | undefined): readonly string[] =>
  value === undefined || value === '' ? [] : [`--${name}=${value}`];

const hidden = (name: string): Field => ({ name, label: name, form: 'hidden', required: true });
const because: Field = { name: 'because', label: 'Why', hint: 'For the history of the run; may be left empty.' };

/** Which dead letters: one by its name, or all that failed alike. */
const ofLetters = {
  fields: ['pipeline', 'id', 'stage', 'error', 'cause'].map((name): Field => ({ name, label: name, form: 'hidden' })),
  back: ({ pipeline }: Given) => link(['dead-letters'], { pipeline }),
};
const whichLetters = ({ pipeline, id, stage, error, cause }: Given): readonly string[] => [
  ...(id ? [id] : []),
  ...option('pipeline', pipeline),
  ...option('stage', stage),
  ...option('error', error),
  ...option('matching', cause && `^${cause.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`),
];

const runPath = ({ pipeline = '', run = '' }: Given): string => link(['runs', pipeline, run]);
const ofRun = { fields: [hidden('pipeline'), hidden('run')], back: runPath, lands: runPath };

const askedIn = (
  { pipeline = '', run = '', stage = '' }: Given,
  { target }: Setting,
): Promise<StageRecord | undefined> | undefined => target?.ledger.stages.get({ pipeline, run, stage });

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
  replay: {
    title: 'Replay dead letters',
    verb: 'Replay',
    command: deadLettersReplay,
    ...ofLetters,
    fields: [...ofLetters.fields, because],
    words: (given) => [...whichLetters(given), ...option('because', given.because)],
    go: ['--go', '--no-wait'],
    lands: (given) => {
      const [run = ''] = given.id?.split('/') ?? [];
      return run === '' || run === 'start' ? ofLetters.back(given) : runPath({ ...given, run });
    },
  },
  discard: {
    title: 'Discard dead letters',
    verb: 'Discard',
    command: deadLettersDiscard,
    ...ofLetters,
    fields: [...ofLetters.fields, { ...because, hint: 'Who comes later reads it here.', required: true }],
    words: (given) => [...whichLetters(given), ...option('because', given.because)],
    go: ['--go'],
    lands: ofLetters.back,
  },
  answer: {
    title: 'Answer a question',
    verb: 'Answer',
    command: answer,
    fields: [
      hidden('pipeline'),
      hidden('run'),
      hidden('stage'),
      {
        name: 'json',
        label: 'Answer',
        hint: 'JSON, in the form that the question wants.',
        form: 'text',
        required: true,
      },
    ],
    words: ({ pipeline, run = '', stage = '', json }) => [
      run,
      stage,
      ...option('pipeline', pipeline),
      ...option('json', json),
    ],
    go: [],
    about: async (given, setting) => {
      const { question } = (await askedIn(given, setting)) ?? {};
      return question && { about: aboutQuestion(question), values: { json: answerSkeleton(question.schema) } };
    },
    plan: async (given, setting) => {
      const { pipeline = '', run = '', stage = '', json } = given;
      const value = readInput(json, setting.workingDirectory);
      const asked = await askedIn(given, setting);
      const asks =
        asked?.question && asked.status === 'waiting'
          ? `It asks: ${asked.question.prompt}`
          : 'It waits for no answer now.';
      return `${stage} of ${pipeline} ${run} would be answered with\n${JSON.stringify(value, null, 2)}\n\n${asks}\n`;
    },
    back: () => link(['approvals']),
    lands: runPath,
  },
};
