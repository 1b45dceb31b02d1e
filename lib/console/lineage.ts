// What an artifact was made of, and what was made of it, as a graph.

import { type Status, statuses } from '../records/index.ts';
import type { Field } from './action.ts';
import { graphOf, type StatedBox } from './graph.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';

export interface LineageNode {
  readonly name: string;
  readonly run?: string;
  readonly status?: string;
  /** `model nova`, `prompt v3`, `code 1a2b3c`. */
  readonly facts: readonly string[];
}

export interface LineageFacts {
  readonly artifact: string;
  readonly run: string | undefined;
  readonly nodes: readonly LineageNode[];
  /** `to` was made of `from`: names. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  /** There are more than were looked for. */
  readonly cut: boolean;
}

export const lineageLink = (artifact: string, run?: string): string => link(['lineage'], { artifact, run });

const isStatus = (text: string | undefined): text is Status => statuses.some((status) => status === text);

const field: Field = {
  name: 'artifact',
  label: 'Artifact',
  hint: 'pipeline/partition, pipeline/stage/partition or s3://bucket/key',
};

const formOf = (artifact: string): Html =>
  html`<form action="/lineage" method="get" class="action"><p class="field"><label for="artifact">${field.label}</label> <span class="muted">${field.hint}</span><input id="artifact" name="artifact" value="${artifact}" autocomplete="off" required></p><p><button>Show</button></p></form>`;

const boxOf = ({ name, run, status, facts }: LineageNode, artifact: string): StatedBox => ({
  id: name,
  title: name.length > 40 ? `…${name.slice(-38)}` : name,
  status: isStatus(status) ? status : 'none',
  href: lineageLink(name, run),
  marked: name === artifact,
  lines: facts.slice(0, 3),
});

export const lineagePage = (facts: LineageFacts | undefined, problem?: string): Page => ({
  title: 'Lineage',
  still: true,
  ...(problem === undefined ? {} : { status: 404 }),
  regions: [
    { id: 'ask', body: formOf(facts?.artifact ?? '') },
    {
      id: 'lineage',
      body: html`${problem === undefined ? '' : html`<pre class="cause" role="alert">${problem}</pre>`}${
        facts === undefined
          ? ''
          : html`<h2>${facts.artifact}</h2>${graphOf(
              facts.nodes.map((node) => boxOf(node, facts.artifact)),
              facts.edges,
              'Lineage: an arrow from what was read to what was made of it',
              20,
            )}<p class="legend">To the left what it was made of, to the right what was made of it. A box leads to its own lineage.${facts.cut ? ' There is more than is drawn. Go on from a box, or see npx heddle lineage --help.' : ''}</p>`
      }`,
    },
  ],
});
