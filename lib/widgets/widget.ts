// A custom widget of a CloudWatch dashboard: the console's own views, as HTML that a dashboard shows.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html
import { html, type Page, textOf } from '../console/index.ts';
import type { Services } from '../operators/index.ts';
import { describeWidget } from './describe.ts';
import { type Endpoints, withActions } from './links.ts';
import { readGrid, readHome, readLetters, readRun, type View } from './read.ts';
import { sheets } from './sheet.ts';

/** As CloudWatch sends it: the parameters of the widget, or of the element that was chosen, and where it is shown. */
export interface WidgetEvent {
  /** What the function shows is asked for, not something to show. */
  readonly describe?: unknown;
  readonly view?: unknown;
  readonly pipeline?: unknown;
  readonly run?: unknown;
  readonly widgetContext?: { readonly theme?: string };
}

/** A handler that returns more than 100 KB is a bug (STYLE.md). */
export const mostWidgetBytes = 100_000;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/**
 * HDL852: a widget asks for a view that there is not, or does not say of which pipeline or run; it shows so. Fix: correct the
 * parameters of the widget: `{ "view": "grid", "pipeline": "orders" }`. Its function tells all views when it is asked to describe itself.
 */
const refused = (found: string): string =>
  textOf(
    html`<p>HDL852: ${found}; expected a view as the function’s description has it. Fix: correct the parameters of the widget: { "view": "grid", "pipeline": "orders" }</p>`,
  );

const viewOf = (event: WidgetEvent, services: Services): Promise<View> | string => {
  const [view, pipeline, run] = [text(event.view) ?? 'home', text(event.pipeline), text(event.run)];
  if (view === 'home') return readHome(services);
  if (view === 'letters') return readLetters(services, pipeline);
  if (view === 'grid') return pipeline === undefined ? 'a grid of no pipeline' : readGrid(services, pipeline);
  if (view === 'run')
    return pipeline === undefined || run === undefined
      ? 'a run without its pipeline or id'
      : readRun(services, pipeline, run);
  return `the view ${view}`;
};

const shown = ({ regions }: Page): string =>
  regions.map(({ body }) => `<section class="region">${textOf(body)}</section>`).join('\n');

/** Around whatever is shown. */
export const framed = (body: string, { widgetContext }: Pick<WidgetEvent, 'widgetContext'>): string =>
  `<div class="cwdb-no-default-styles"></div><style>${sheets[widgetContext?.theme === 'dark' ? 'dark' : 'light']}</style><div class="heddle">${body}</div>`;

/** The answer to CloudWatch: HTML of at most 100 KB, less of what it shows where all would be more. */
export const showWidget = async (
  event: WidgetEvent,
  services: Services,
  endpoints: Endpoints,
): Promise<string | { readonly markdown: string }> => {
  if (event.describe !== undefined) return { markdown: describeWidget };
  const view = viewOf(event, services);
  if (typeof view === 'string') return framed(refused(view), event);
  const page = await view;
  for (let share = 1; ; share /= 2) {
    const answer = framed(withActions(shown(page(share)), endpoints), event);
    if (Buffer.byteLength(answer) <= mostWidgetBytes) return answer;
    if (share < 0.005)
      return framed('<p>It is too large to be shown here. Look with <code>npx heddle console --aws</code>.</p>', event);
  }
};
