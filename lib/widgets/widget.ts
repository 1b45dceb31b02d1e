// A custom widget of a CloudWatch dashboard: the console's own views, as HTML that a dashboard shows.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html
import { html, type Page, textOf } from '../console/index.ts';
import type { Services } from '../operators/index.ts';
import { readQuestion } from './ask.ts';
import { describeWidget } from './describe.ts';
import { parameter, type WidgetEvent } from './event.ts';
import { framed } from './frame.ts';
import { type Endpoints, withActions } from './links.ts';
import { readApprovals, readGrid, readHome, readLetters, readRun, type View } from './read.ts';
import { withTimes } from './times.ts';

/** A handler that returns more than 100 KB is a bug (STYLE.md). */
export const mostWidgetBytes = 100_000;

/**
 * HDL852: a widget asks for a view that there is not, or does not say of which pipeline or run; it shows so. Fix: correct the
 * parameters of the widget: `{ "view": "grid", "pipeline": "orders" }`. Its function tells all views when it is asked to describe itself.
 */
const refused = (found: string): string =>
  textOf(
    html`<p>HDL852: ${found}; expected a view as the function’s description has it. Fix: correct the parameters of the widget: { "view": "grid", "pipeline": "orders" }</p>`,
  );

const viewOf = (event: WidgetEvent, services: Services): Promise<View> | string => {
  const view = parameter(event, 'view') ?? 'home';
  const [pipeline, run] = [parameter(event, 'pipeline'), parameter(event, 'run')];
  if (view === 'home') return readHome(services);
  if (view === 'letters') return readLetters(services, pipeline);
  if (view === 'approvals') return readApprovals(services);
  if (view === 'grid') return pipeline === undefined ? 'a grid of no pipeline' : readGrid(services, pipeline);
  if (view === 'run')
    return pipeline === undefined || run === undefined
      ? 'a run without its pipeline or id'
      : readRun(services, pipeline, run);
  if (view === 'ask') return readQuestion(event, services) ?? 'a form of no action that there is';
  return `the view ${view}`;
};

const shown = ({ regions }: Page): string =>
  regions.map(({ body }) => `<section class="region">${textOf(body)}</section>`).join('\n');

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
  const now = services.now();
  for (let share = 1; ; share /= 2) {
    const answer = framed(withActions(withTimes(shown(page(share)), now), endpoints), event);
    if (Buffer.byteLength(answer) <= mostWidgetBytes) return answer;
    if (share < 0.005)
      return framed('<p>It is too large to be shown here. Look with <code>npx heddle console --aws</code>.</p>', event);
  }
};
