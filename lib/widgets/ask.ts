// Actions that need something filled in: a form in a pop-up, whose fields CloudWatch sends along with the call of its button.
import { randomUUID } from 'node:crypto';
import {
  aboutQuestion,
  answerSkeleton,
  type Field,
  fieldHtml,
  type Html,
  html,
  link,
  nothing,
} from '../console/index.ts';
import type { Services } from '../operators/index.ts';
import { partitionWords } from '../records/index.ts';
import { parameter, type WidgetEvent } from './event.ts';
import type { View } from './read.ts';

interface Form {
  readonly title: string;
  readonly about?: Html;
  readonly fields: readonly Field[];
  /** What the button says. */
  readonly verb: string;
}

type Of = { readonly [name: string]: string | undefined };

const forms: { readonly [action: string]: (of: Of, services: Services) => Promise<Form> } = {
  start: async ({ pipeline = '' }, { manifests }) => {
    const [manifest, schema] = await Promise.all([manifests.of(pipeline), manifests.inputOf(pipeline)]);
    const { partitions } = manifest ?? {};
    const hint = partitions ? partitionWords(partitions) : 'The slice of data that the run is for; by default an id.';
    return {
      title: `Start a run of ${pipeline}`,
      fields: [
        { name: 'partition', label: 'Partition', hint },
        {
          name: 'input',
          label: 'Input',
          hint: 'JSON, as the pipeline’s contract wants it.',
          value: answerSkeleton(schema ?? { type: 'object' }),
          form: 'text',
        },
      ],
      verb: 'Start it',
    };
  },

  discard: async ({ pipeline = '', id, stage = '' }) => ({
    title:
      id === undefined ? `Discard what failed like this at ${stage} of ${pipeline}` : `Discard ${id} of ${pipeline}`,
    fields: [{ name: 'because', label: 'Why', hint: 'Who comes later reads it.' }],
    verb: 'Discard',
  }),

  answer: async ({ pipeline = '', run = '', stage = '' }, { ledger }) => {
    const { question, status } = (await ledger.stages.get({ pipeline, run, stage })) ?? {};
    return {
      title: `Answer ${stage} of ${pipeline} ${run}`,
      about: question && status === 'waiting' ? aboutQuestion(question) : html`<p>It waits for no answer now.</p>`,
      fields: [
        { name: 'json', label: 'Answer', hint: 'JSON.', value: answerSkeleton(question?.schema ?? {}), form: 'text' },
      ],
      verb: 'Answer',
    };
  },
};

/** Names of the actions that are asked for so. */
export const isAskedFor = (action: string): boolean => Object.hasOwn(forms, action);

const given = ['pipeline', 'run', 'id', 'stage', 'error', 'cause'];

/** The form of an action. Undefined where there is none of that name. */
export const readQuestion = (event: WidgetEvent, services: Services): Promise<View> | undefined => {
  const action = parameter(event, 'action') ?? '';
  const form = isAskedFor(action) ? forms[action] : undefined;
  if (!form) return undefined;
  const of: Of = Object.fromEntries(given.map((name) => [name, parameter(event, name)]));
  return form(of, services).then(({ title, about = nothing, fields, verb }) => {
    // A start sent twice asks for one run.
    const meant = { ...of, ...(action === 'start' ? { id: randomUUID() } : {}), filled: 'yes' };
    const body = html`<h2>${title}</h2>${about}<form class="action">${fields.map(fieldHtml)}</form><p class="actions"><a href="${link(['do', action], meant)}">${verb}</a></p>`;
    return () => ({ title, regions: [{ id: 'ask', body }] });
  });
};
