// A page: what stands around every view. The parts of a view that change by themselves are regions, sent again one by one.
import { sha256 } from '../support/sha256.ts';
import { type Html, html, textOf } from './html.ts';

/** A part of a page. Its id is its place in the page: a region that is sent again replaces the one of its id. */
export interface Region {
  readonly id: string;
  readonly body: Html;
}

export interface Page {
  readonly title: string;
  readonly regions: readonly Region[];
  /** @default 200 */
  readonly status?: number;
  /** Its regions do not change by themselves. */
  readonly still?: true;
  /** Of one that much is read for: how long it is left alone before it is made again, in milliseconds. */
  readonly restMs?: number;
}

/** What all pages say of where they are. */
export interface Surroundings {
  /** `AWS us-east-1`, `the local engine in .heddle`. */
  readonly place: string;
  /** Path and query of this page. */
  readonly path: string;
  /** What was searched for, if anything. */
  readonly sought?: string;
}

const places: readonly (readonly [name: string, path: string, key: string])[] = [
  ['Pipelines', '/', 'p'],
  ['Runs', '/runs', 'r'],
  ['Dead letters', '/dead-letters', 'd'],
  ['Approvals', '/approvals', 'a'],
  ['Backfills', '/backfills', 'b'],
  ['Cost', '/cost', 'c'],
  ['Quality', '/quality', 'q'],
  ['Lineage', '/lineage', 'l'],
  ['Pools', '/pools', 'o'],
];

const isAt = (path: string, place: string): boolean => {
  const [bare = ''] = path.split('?');
  return place === '/' ? bare === '/' : bare === place || bare.startsWith(`${place}/`);
};

/** `data-is` tells a region that the page has from a newer one. */
export const regionHtml = ({ id, body }: Region): Html =>
  html`<section id="${id}" class="region" data-is="${sha256(textOf(body)).slice(0, 12)}">${body}</section>`;

export const documentOf = ({ title, regions, still }: Page, { place, path, sought = '' }: Surroundings): string =>
  textOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Heddle</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/console.css">
<script src="/console.js" defer></script>
</head>
<body data-path="${path}"${still ? html` data-still="true"` : ''}>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="/"><svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true"><path class="thread" d="M4 6v20M12 6v20M20 6v20M28 6v20"/><path class="weft" d="M4 11h8l8 10h8"/></svg>Heddle</a>
<nav aria-label="Views">${places.map(
    ([name, to, key]) =>
      html`<a href="${to}" data-key="${key}"${isAt(path, to) ? html` aria-current="page"` : ''}>${name}</a>`,
  )}</nav>
<form class="search" action="/search" role="search"><label class="hidden" for="q">Search runs</label><input id="q" name="q" type="search" value="${sought}" placeholder="Search: run, partition, pipeline" autocomplete="off"></form>
<p class="place"><span id="live" class="live" role="status">${still ? '' : 'live'}</span> ${place}</p>
</header>
<main id="main">
<h1>${title}</h1>
${regions.map(regionHtml)}
</main>
<footer><p>Keys: ${places.map(([name, , key]) => html`<kbd>g</kbd> <kbd>${key}</kbd> ${name.toLowerCase()} · `)}<kbd>/</kbd> search · <kbd>?</kbd> help</p></footer>
</body>
</html>
`);

/** The page in place of one that is still being made: once that is there, its regions are others, and it is loaded. */
export const waitingPage = (title: string, told: string): Page => ({
  title,
  regions: [{ id: 'waiting', body: html`<p role="status">${told}</p>` }],
});

/** The page in place of one that there is not. */
export const lostPage = (title: string, found: string, fix: string, status = 404): Page => ({
  title,
  status,
  still: true,
  regions: [{ id: 'lost', body: html`<p class="cause">${found}</p><p>${fix}</p><p><a href="/">All pipelines</a></p>` }],
});
