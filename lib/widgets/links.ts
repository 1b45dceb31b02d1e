// Links of the console's views, as a dashboard can follow them: a run opens in a pop-up, a pipeline is its own dashboard, an action
// is a call of the function that acts, asked for once more. What a dashboard cannot do is left out, or is plain text.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_interactivity.html

import { isAskedFor } from './ask.ts';

export interface Endpoints {
  /** The ARN of the function that shows. */
  readonly show: string;
  /** The ARN of the function that acts. */
  readonly act: string;
  /** Of the orchestrator: its dashboards begin with it. */
  readonly orchestrator: string;
}

const entities: { readonly [entity: string]: string } = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

const plain = (attribute: string): string =>
  attribute.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);

const quoted = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/** JSON that means the same whether it is read as HTML or as text. */
const parameters = (value: object): string =>
  JSON.stringify(value).replace(
    /[<>&']/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const called = (endpoint: string, value: object, display: 'popup' | 'widget', confirmation?: string): string =>
  `<cwdb-action action="call" endpoint="${quoted(endpoint)}" display="${display}"${
    confirmation === undefined ? '' : ` confirmation="${quoted(confirmation)}"`
  }>${parameters(value)}</cwdb-action>`;

type Of = { readonly [name: string]: string };

/** Which dead letters: one, all of a run, or all that failed alike. */
const lettersOf = ({ pipeline = '', stage = '', id }: Of): string => {
  if (id === undefined) return `all dead letters of ${stage} of ${pipeline} that failed like this`;
  return id.includes('/')
    ? `the dead letter ${id} of ${pipeline}`
    : `the open dead letters of the run ${id} of ${pipeline}`;
};

/** What is done for whom, in the words of the question that is asked before. */
const confirmations: { readonly [action: string]: (of: Of) => string } = {
  replay: (of) => `Replay ${lettersOf(of)}? It is done again, then what depends on it.`,
  discard: (of) => `Discard ${lettersOf(of)}? Nobody is to replay it then.`,
  cancel: ({ pipeline = '', run = '' }) =>
    `Stop the run ${run} of ${pipeline}? Its stages under way are stopped; it can go on later.`,
  resume: ({ pipeline = '', run = '' }) =>
    `Let the run ${run} of ${pipeline} go on? What failed is done again, then what depends on it, with the code that is deployed now.`,
  start: ({ pipeline = '' }) => `Start a run of ${pipeline} with what is filled in?`,
  answer: ({ pipeline = '', run = '', stage = '', json }) =>
    `Answer ${stage} of the run ${run} of ${pipeline} with ${json ?? 'what is filled in'}?`,
};

/** Whether something is to be filled in before. */
const needsForm = (action: string, { filled, json }: Of): boolean =>
  isAskedFor(action) && filled === undefined && json === undefined;

/** What stands in place of a link to `path`: text around `inner`, and what follows it. */
const followed = (
  path: string,
  { show, act, orchestrator }: Endpoints,
): { href?: string; after?: string } | undefined => {
  const { pathname, searchParams } = new URL(path, 'http://console');
  const [place, pipeline, run, ...more] = pathname.slice(1).split('/').map(decodeURIComponent);
  if (place === 'pipelines' && pipeline !== undefined && run === undefined)
    return { href: `#dashboards:name=${orchestrator}-${pipeline}` };
  if (place === 'runs' && run !== undefined && more.length === 0)
    return { after: called(show, { view: 'run', pipeline, run }, 'popup') };
  if (place === 'dead-letters' && pipeline === undefined)
    return { after: called(show, { view: 'letters', ...Object.fromEntries(searchParams) }, 'popup') };
  if (place !== 'do') return {};
  const [action = '', of] = [pipeline, Object.fromEntries(searchParams)];
  const confirmation = confirmations[action];
  // Of starts that never came to a run there is no pipeline to ask.
  if (!confirmation || of.pipeline === undefined) return undefined;
  if (needsForm(action, of)) return { after: called(show, { view: 'ask', action, ...of }, 'popup') };
  return { after: called(act, { action, ...of }, 'popup', confirmation(of)) };
};

/** `lost` says what becomes of a link that cannot be followed. */
const rewritten = (html: string, endpoints: Endpoints, lost: 'text' | 'nothing'): string =>
  html.replace(/<a ([^>]*)>([\s\S]*?)<\/a>/g, (whole, attributes: string, inner: string) => {
    const [given, href] = /\s*\bhref="([^"]*)"/.exec(` ${attributes}`) ?? [];
    if (given === undefined || href === undefined || href.startsWith('#')) return whole;
    const bare = ` ${attributes}`.replace(given, '').trim();
    const link = followed(plain(href), endpoints);
    if (!link || (lost === 'nothing' && link.href === undefined && link.after === undefined)) return '';
    const own = [bare, link.href === undefined ? '' : `href="${quoted(link.href)}"`]
      .filter((part) => part !== '')
      .join(' ');
    return `<a${own === '' ? '' : ` ${own}`}>${inner}</a>${link.after ?? ''}`;
  });

/**
 * The HTML of a view, made to be followed from a dashboard: buttons that cannot be are left out, other links are text. What views are
 * made of is escaped already: these are their own links.
 */
export const withActions = (html: string, endpoints: Endpoints): string => {
  const buttons = html.replace(/<p class="actions">[\s\S]*?<\/p>/g, (block) => rewritten(block, endpoints, 'nothing'));
  return rewritten(buttons, endpoints, 'text');
};
