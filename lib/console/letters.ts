// Dead letters that wait for a person, by what they failed with; and one of them.
import { type DeadLetter, type LostStart, letterName, lostStartName } from '../records/index.ts';
import { definitions } from './facts.ts';
import { type Html, html, link } from './html.ts';
import { groupLetters, letterLink } from './letter-groups.ts';
import type { Page } from './page.ts';
import { stageLink } from './run-grid.ts';
import { pipelineLink, runLink } from './run-list.ts';
import { moreThan, tableOf } from './table.ts';
import { type Known, knownBlock } from './value.ts';
import { moment, plural } from './words.ts';

export interface LettersFacts {
  /** Open ones, those that failed last first. */
  readonly letters: readonly DeadLetter[];
  /** Open ones of triggers. */
  readonly starts: readonly LostStart[];
  /** There are more than these. */
  readonly beyond: boolean;
  /** The pipeline that they are of, where it is one. */
  readonly pipeline?: string;
}

const act = (name: string, text: string, query: { readonly [name: string]: string | undefined }): Html =>
  html`<a href="${link(['do', name], query)}">${text}</a>`;

/** Causes may differ in each, as by the number of a line. */
const shownGroups = 100;
const shownInGroup = 25;

type Group = ReturnType<typeof groupLetters<DeadLetter>>[number];

const groupHtml = ({ stage, error, cause, letters }: Group): Html => {
  const [newest] = letters;
  if (!newest) return html``;
  const { pipeline } = newest;
  const only = letters.length === 1;
  // By what they failed with, so that it also means those that come until it is done.
  const which = only ? { pipeline, id: letterName(newest) } : { pipeline, stage, error, cause };
  const varies = letters.some((letter) => letter.cause !== cause);
  return html`<article class="card"><h2><a href="${pipelineLink(pipeline)}">${pipeline}</a> ${stage} <span class="dead">${plural(letters.length, 'dead letter')}</span></h2>
<pre class="cause">${error}: ${cause}</pre>${varies ? html`<p class="muted">… and the same with other numbers or ids.</p>` : ''}
<p class="actions">${act('replay', only ? 'Replay' : 'Replay all of these', which)}${act('discard', only ? 'Discard' : 'Discard all of these', which)}</p>
<details><summary>${only ? 'Which' : 'Which ones'}</summary>${tableOf(
    `Dead letters of ${stage}`,
    [
      { heading: 'Dead letter', kind: 'id' },
      { heading: 'Run' },
      { heading: 'Attempts', kind: 'number' },
      { heading: 'Failed' },
      ...(varies ? [{ heading: 'Why', kind: 'why' } as const] : []),
    ],
    letters
      .slice(0, shownInGroup)
      .map((letter) => [
        html`<a href="${letterLink(letter)}">${letterName(letter)}</a>`,
        html`<a href="${runLink(letter)}">${letter.partition}</a>`,
        letter.attempts,
        moment(letter.lastAt),
        ...(varies ? [letter.cause] : []),
      ]),
  )}${moreThan(shownInGroup, letters.length)}</details></article>`;
};

const startHtml = (lost: LostStart): Html => {
  const { pipeline, trigger, error, cause, attempts, lastAt } = lost;
  const which = { id: lostStartName(lost) };
  return html`<article class="card"><h2>${pipeline === undefined ? 'A start' : html`<a href="${pipelineLink(pipeline)}">${pipeline}</a>`} could not start <span class="dead">${plural(attempts, 'attempt')}</span></h2>
<pre class="cause">${error}: ${cause}</pre><p>${trigger}, ${moment(lastAt)}</p>
<p class="actions">${act('replay', 'Send it again', which)}${act('discard', 'Discard', which)}</p></article>`;
};

export const lettersPage = ({ letters, starts, beyond, pipeline }: LettersFacts): Page => {
  const groups = [...new Set(letters.map((letter) => letter.pipeline))].flatMap((name) =>
    groupLetters(letters.filter((letter) => letter.pipeline === name)),
  );
  return {
    title: pipeline === undefined ? 'Dead letters' : `Dead letters of ${pipeline}`,
    regions: [
      {
        id: 'letters',
        body:
          letters.length + starts.length === 0
            ? html`<p>There is none: nothing has failed for good and waits for a person.</p>`
            : html`<p>What failed for good, after its retries, by what it failed with. Nothing of it is lost: once the cause is mended, replay does it again, then what depends on it; discard closes it for good.</p>
${starts.map(startHtml)}${groups.slice(0, shownGroups).map(groupHtml)}${moreThan(shownGroups, groups.length, ' causes')}${beyond ? html`<p class="muted">There are more: these are the newest.</p>` : ''}`,
      },
    ],
  };
};

export interface LetterFacts {
  readonly letter: DeadLetter;
  /** What it failed on. */
  readonly input: Known;
}

export const letterPage = ({ letter, input }: LetterFacts): Page => {
  const {
    pipeline,
    state = 'open',
    error,
    cause,
    attempts,
    firstAt,
    lastAt,
    closedBy,
    closedAt,
    because,
    stage,
  } = letter;
  const which = { pipeline, id: letterName(letter) };
  return {
    title: `Dead letter ${letterName(letter)}`,
    regions: [
      {
        id: 'letter',
        body: html`<p class="lead">${state} in <a href="${stageLink(letter, stage)}">${stage}</a> of <a href="${runLink(letter)}">${pipeline} ${letter.run}</a></p>
<pre class="cause">${error}: ${cause}</pre>
${state === 'open' ? html`<p class="actions">${act('replay', 'Replay', which)}${act('discard', 'Discard', which)}</p>` : ''}
${definitions([
  ['Partition', letter.partition],
  ['Item', letter.item === undefined ? 'the whole stage' : String(letter.item)],
  ['Attempts', String(attempts)],
  ['Failed first', moment(firstAt)],
  ['Failed last', moment(lastAt)],
  ['Closed', closedBy === undefined ? undefined : html`by ${closedBy}, ${moment(closedAt)}: ${because}`],
])}`,
      },
      {
        id: 'input',
        body: html`<h2>What it failed on</h2>${knownBlock(input)}`,
      },
    ],
  };
};
