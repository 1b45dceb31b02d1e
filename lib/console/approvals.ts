// Questions that runs wait with, for a person to answer.
import type { Json, Question, RunRecord } from '../records/index.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';
import { stageLink } from './run-grid.ts';
import { runLink } from './run-list.ts';
import { type Known, knownBlock, valueBlock } from './value.ts';
import { moment, momentText, plural } from './words.ts';

export interface OpenQuestion {
  readonly run: Pick<RunRecord, 'pipeline' | 'run' | 'partition'>;
  readonly stage: string;
  readonly question: Pick<Question, 'prompt' | 'schema'>;
  /** What to look at. */
  readonly shown: Known;
  readonly since: string | undefined;
  readonly until: string | undefined;
}

export interface ApprovalsFacts {
  /** That which waits longest first. */
  readonly questions: readonly OpenQuestion[];
  /** Runs under way that were looked through; there are more where `beyond`. */
  readonly looked: number;
  readonly beyond: boolean;
}

type Schema = { readonly [keyword: string]: unknown };

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const propertiesOf = (schema: Json): readonly (readonly [string, Schema])[] => {
  const { properties } = isSchema(schema) ? schema : {};
  return isSchema(properties)
    ? Object.entries(properties).flatMap(([name, of]) => (isSchema(of) ? [[name, of] as const] : []))
    : [];
};

const sampleOf = ({ type, enum: choices, default: usual }: Schema): unknown => {
  if (usual !== undefined) return usual;
  if (Array.isArray(choices)) return choices[0];
  return { boolean: false, number: 0, integer: 0, string: '', array: [], object: {} }[String(type)] ?? null;
};

/** An answer to begin with, of the question's form. */
export const answerSkeleton = (schema: Json): string => {
  const properties = propertiesOf(schema);
  const value =
    properties.length > 0
      ? Object.fromEntries(properties.map(([name, of]) => [name, sampleOf(of)]))
      : isSchema(schema)
        ? sampleOf(schema)
        : null;
  return JSON.stringify(value, null, 2);
};

/** Answers that are few enough to be buttons: of one field that is true or false, or one of a few words. */
export const answersOf = (schema: Json): readonly { readonly text: string; readonly json: string }[] => {
  const properties = propertiesOf(schema);
  const [only] = properties;
  if (!only || properties.length !== 1) return [];
  const [name, { type, enum: choices }] = only;
  const values: readonly unknown[] =
    type === 'boolean' ? [true, false] : Array.isArray(choices) && choices.length <= 6 ? choices : [];
  return values.map((value) => ({
    text: type === 'boolean' ? `${name}: ${value ? 'yes' : 'no'}` : `${name}: ${String(value)}`,
    json: JSON.stringify({ [name]: value }),
  }));
};

/** What stands above the form of an answer. */
export const aboutQuestion = ({ prompt, schema }: Pick<Question, 'prompt' | 'schema'>): Html =>
  html`<p class="lead">${prompt}</p><details><summary>The form of an answer (JSON Schema)</summary>${valueBlock(schema)}</details>`;

const questionHtml = ({ run, stage, question, shown, since, until }: OpenQuestion): Html => {
  const which = { pipeline: run.pipeline, run: run.run, stage };
  const offered = answersOf(question.schema);
  return html`<article class="card"><h2>${question.prompt}</h2>
<p>Asked by <a href="${stageLink(run, stage)}">${stage}</a> of <a href="${runLink(run)}">${run.pipeline} ${run.partition}</a>, ${moment(since)}${until === undefined ? '' : `; until ${momentText(until)}`}</p>
${'value' in shown && shown.value === null ? '' : knownBlock(shown)}
<p class="actions">${offered.map(({ text, json }) => html`<a href="${link(['do', 'answer'], { ...which, json })}">${text}</a>`)}<a href="${link(['do', 'answer'], which)}">${offered.length > 0 ? 'Another answer' : 'Answer'}</a></p></article>`;
};

export const approvalsPage = ({ questions, looked, beyond }: ApprovalsFacts): Page => ({
  title: 'Approvals',
  regions: [
    {
      id: 'questions',
      body: html`${questions.length === 0 ? html`<p>No run waits for an answer. One that comes to an approval (<code>flow.approve</code>) asks here.</p>` : questions.map(questionHtml)}${
        beyond
          ? html`<p class="muted">More than ${plural(looked, 'run')} are under way; these were looked through.</p>`
          : ''
      }`,
    },
  ],
});
