// Backfills, as a person begins and changes them on a page.
import { type Field, html, link } from '../../console/index.ts';
import { newestDue, statesOf, timeOf } from '../../records/index.ts';
import { countsOf } from '../backfill/view.ts';
import type { Command } from '../command.ts';
import { backfill } from '../commands/backfill.ts';
import { backfillsCancel, backfillsPause, backfillsResume } from '../commands/backfills-change.ts';
import type { Action } from './action.ts';
import { hidden, option } from './action.ts';

const line = (name: string, label: string, hint: string, required = false): Field => ({ name, label, hint, required });

export const backfillAction: Action = {
  title: 'Backfill',
  verb: 'Begin it',
  done: 'The backfill has begun.',
  command: backfill,
  fields: [
    hidden('pipeline'),
    line('from', 'From', 'The first partition, or a date.', true),
    line('to', 'To', 'The last one.', true),
    line('only', 'Only', 'Of missing, failed, stale, completed, all; by default missing, failed and stale ones.'),
    line('where', 'Where', 'Only where the newest run is so: prompt=v3 and score<0.7'),
    { name: 'upstream', label: 'The pipelines that it reads too, first', form: 'check' },
    line('concurrency', 'Runs at once', 'By default 5.'),
    {
      name: 'input',
      label: 'Input',
      hint: 'What each run gets, {key} standing for its partition; by default as last time.',
      form: 'text',
    },
  ],
  words: ({ pipeline = '', upstream, ...given }) => [
    pipeline,
    ...['from', 'to', 'only', 'where', 'concurrency', 'input'].flatMap((name) => option(name, given[name])),
    ...(upstream === 'yes' ? ['--upstream'] : []),
  ],
  go: ['--go', '--no-wait', '--json'],
  about: async ({ pipeline = '' }, { target, now }) => {
    const spec = (await target?.pipeline(pipeline))?.partitions;
    const time = spec && timeOf(spec);
    const to = time && newestDue(time, now());
    return {
      about: html`<p class="lead">Runs of ${pipeline}, for a range of its partitions.</p>`,
      values: { from: time?.from, to },
    };
  },
  back: ({ pipeline = '' }) => link(['pipelines', pipeline, 'partitions']),
  lands: (_, stdout) => link(['backfills', JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}').backfill]),
};

const changing = (
  command: Command,
  { title, verb, done }: Pick<Action, 'title' | 'verb' | 'done'>,
  says: string,
  go: readonly string[] = [],
): Action => ({
  title,
  verb,
  done,
  command,
  fields: [hidden('id')],
  words: ({ id = '' }) => [id],
  go,
  plan: async ({ id = '' }, { target }) => {
    const found = await target?.ledger.backfills.get(id);
    if (!found) return `There is no backfill ${id}.\n`;
    const { asked, waiting } = countsOf(statesOf(found.states));
    return `${id} is ${found.status}: ${found.what}.\n${asked} of its runs are under way, ${waiting} are to come. ${says}\n`;
  },
  back: ({ id = '' }) => link(['backfills', id]),
  lands: ({ id = '' }) => link(['backfills', id]),
});

export const pauseBackfill = changing(
  backfillsPause,
  { title: 'Pause a backfill', verb: 'Pause it', done: 'Paused. Its runs under way go on to their end.' },
  'No further run would start; those under way would go on.',
);
export const resumeBackfill = changing(
  backfillsResume,
  { title: 'Resume a backfill', verb: 'Resume it', done: 'The backfill goes on.' },
  'Those to come would start, in order.',
  ['--no-wait'],
);
export const cancelBackfill = changing(
  backfillsCancel,
  { title: 'Cancel a backfill', verb: 'Cancel it', done: 'Cancelled. Its runs under way go on to their end.' },
  'No further run would start; those under way would go on.',
);
