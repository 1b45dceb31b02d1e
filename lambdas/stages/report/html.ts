import { html } from '../../../lib/pipelines/customer-intelligence/report/contracts.ts';
import { renderPage } from '../../../lib/pipelines/customer-intelligence/report/page/render-page.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(html, ({ input, store }) =>
  store.writeArtifact('report.html', renderPage(input), 'text/html; charset=utf-8'),
);
