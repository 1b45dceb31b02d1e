// What a person can do on a page. Each is a command of the CLI: it gives the plan, and does the work.
import { aboutQuestion, answerSkeleton, type Field, html, link } from '../../console/index.ts';
import { inputSchemaOf } from '../../graph/index.ts';
import { partitionWords, type StageRecord } from '../../records/index.ts';
import { checkWanted } from '../ask-for-run.ts';
import { checkedPipeline } from '../checked-pipeline.ts';
import { answer } from '../commands/answer.ts';
import { cancel } from '../commands/cancel.ts';
import { deadLettersDiscard } from '../commands/dead-letters-discard.ts';
import { deadLettersReplay } from '../commands/dead-letters-replay.ts';
import { resume } from '../commands/resume.ts';
import { start } from '../commands/start.ts';
import { checkInput, readInput } from '../run-input.ts';
import type { Setting } from '../setting.ts';
import { newId } from '../start-and-follow.ts';
import { type Action, type Given, hidden, option } from './action.ts';
import { backfillAction, cancelBackfill, pauseBackfill, resumeBackfill } from './backfill-actions.ts';

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
  // An empty one too: the button is for what failed like this.
  ...(id ? [] : cause ? option('like', cause) : option('matching', '^$')),
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
      {
        name: 'partition',
        label: 'Partition',
        hint: 'The slice of data that the run is for; where the pipeline has no partitions it may be left empty.',
      },
      {
        name: 'input',
        label: 'Input',
        hint: 'JSON, as the pipeline’s contract wants it.',
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
    about: async ({ pipeline = '' }, setting) => {
      const [definition, manifest] = await Promise.all([
        checkedPipeline(setting, pipeline),
        setting.target?.pipeline(pipeline),
      ]);
      const { partitions } = manifest ?? {};
      const of = partitions ? `, for one of its partitions: ${partitionWords(partitions)}` : '';
      return {
        about: html`<p class="lead">A run of ${pipeline}${of}.</p>`,
        values: { input: answerSkeleton(inputSchemaOf(definition) ?? { type: 'object' }) },
      };
    },
    plan: async ({ pipeline = '', partition, input }, setting) => {
      const definition = await checkedPipeline(setting, pipeline);
      const value = await checkInput(definition, readInput(input, setting.workingDirectory));
      const wanted = { pipeline, id: newId(setting.now()), partition: partition || undefined };
      if (setting.target) await checkWanted(setting.target, wanted);
      return `${pipeline} would be started${partition ? ` for partition ${partition}` : ''} with\n${JSON.stringify(value, null, 2)}\n`;
    },
    done: 'The run is asked for; it is followed here.',
    back: ({ pipeline = '' }) => link(['pipelines', pipeline]),
    lands: (given, stdout) => runPath({ ...given, run: JSON.parse(stdout).run }),
  },
  cancel: {
    title: 'Cancel a run',
    verb: 'Cancel the run',
    done: 'The run is being stopped.',
    command: cancel,
    ...ofRun,
    fields: [...ofRun.fields, because],
    words: ({ pipeline, run = '', because: why }) => [run, ...option('pipeline', pipeline), ...option('because', why)],
    go: ['--go'],
  },
  resume: {
    title: 'Resume a run',
    verb: 'Resume it',
    done: 'The run goes on in a moment.',
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
    done: 'Sent to be done again. Dead letters are open until their run takes them up, which takes a moment.',
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
    done: 'Discarded. It stays in the history, with the reason.',
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
    done: 'Answered.',
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
  backfill: backfillAction,
  pauseBackfill,
  resumeBackfill,
  cancelBackfill,
};
