// An action before it is done: what it needs to know, its plan, why it cannot be done; that it was. Nothing is done by looking.
import { type Html, html } from './html.ts';
import type { Page, Region } from './page.ts';

/** Something that a person fills in. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly value?: string;
  /** @default a line */
  readonly form?: 'line' | 'text' | 'check' | 'hidden';
  readonly required?: boolean;
}

export interface ActionFacts {
  /** `Cancel a run`. */
  readonly title: string;
  /** Where it is done and looked at. */
  readonly path: string;
  readonly fields: readonly Field[];
  /** What the button says: `Cancel the run`. */
  readonly verb: string;
  /** Where who does not want it goes back to. */
  readonly back: string;
  /** What to look at before it is filled in. */
  readonly about?: Html;
}

/** A label and what is filled in. */
export const fieldHtml = ({ name, label, hint, value = '', form = 'line', required }: Field): Html => {
  if (form === 'hidden') return html`<input type="hidden" name="${name}" value="${value}">`;
  if (form === 'check')
    return html`<p class="field check"><input type="checkbox" id="f-${name}" name="${name}" value="yes"${value === 'yes' ? html` checked` : ''}><label for="f-${name}">${label}</label></p>`;
  const told = hint === undefined ? '' : html` <span class="muted">${hint}</span>`;
  const needed = required ? html` required` : '';
  return html`<p class="field"><label for="f-${name}">${label}</label>${told}${
    form === 'text'
      ? html`<textarea id="f-${name}" name="${name}" rows="6" spellcheck="false"${needed}>${value}</textarea>`
      : html`<input id="f-${name}" name="${name}" value="${value}" autocomplete="off"${needed}>`
  }</p>`;
};

/** Asks for what an action needs to know before it has a plan. */
export const askPage = ({ title, path, fields, back, about }: ActionFacts, problem?: string): Page => ({
  title,
  still: true,
  ...(problem === undefined ? {} : { status: 422 }),
  regions: [
    {
      id: 'ask',
      body: html`${problem === undefined ? '' : html`<pre class="cause" role="alert">${problem}</pre>`}${about}
<form action="${path}" method="get" class="action">${fields.map(fieldHtml)}
<p><button>See the plan</button> <a href="${back}">Go back</a></p></form>`,
    },
  ],
});

export interface PlanFacts extends ActionFacts {
  /** What it would do, as the command prints it. */
  readonly plan: string;
  /** What names the plan, so that no other is done. */
  readonly planId: string;
  readonly token: string;
  /** The command that does the same. */
  readonly command: string;
  /** What changed since the plan was shown first, if anything. */
  readonly note?: string;
}

/** Shows what an action would do, and asks. */
export const planPage = ({ title, path, fields, verb, back, plan, planId, token, command, note }: PlanFacts): Page => ({
  title,
  still: true,
  ...(note === undefined ? {} : { status: 409 }),
  regions: [
    {
      id: 'plan',
      body: html`${note === undefined ? '' : html`<p class="cause" role="alert">${note}</p>`}
<h2>The plan</h2><pre class="value" tabindex="0">${plan}</pre>
<p class="muted">Nothing is done yet.</p>
<form action="${path}" method="post" class="action"><input type="hidden" name="token" value="${token}"><input type="hidden" name="plan" value="${planId}">${fields.map(fieldHtml)}
<p><button class="go">${verb}</button> <a href="${back}">Go back</a></p></form>
<p class="muted">The same in a terminal: <code>${command}</code></p>`,
    },
  ],
});

/** What was just done, above the page that it leads to. */
export const doneNotice = (text: string): Region => ({
  id: 'done',
  body: html`<p class="said done" role="status"><span class="badge s-completed"><span class="mark" aria-hidden="true">✓</span></span> ${text}</p>`,
});

/** The page of an action, shown anew because what it was asked with is out of date, and why. */
export const askedAnew = (page: Page, problem: string): Page => ({
  ...page,
  status: 403,
  regions: [{ id: 'stale', body: html`<pre class="cause" role="alert">${problem}</pre>` }, ...page.regions],
});

/** An action that cannot be done, or was not done whole, and why. */
export const refusedPage = (
  { title, back }: Pick<ActionFacts, 'title' | 'back'>,
  problem: string,
  status = 422,
): Page => ({
  title,
  still: true,
  status,
  regions: [
    {
      id: 'refused',
      body: html`<pre class="cause" role="alert">${problem}</pre><p><a href="${back}">Back</a></p>`,
    },
  ],
});
