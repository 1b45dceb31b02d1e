import { markdown } from '../../../lib/pipelines/customer-intelligence/report/contracts.ts';
import { renderMarkdown } from '../../../lib/pipelines/customer-intelligence/report/render-markdown.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(markdown, ({ input, store }) =>
  store.writeArtifact('report.md', renderMarkdown(input), 'text/markdown; charset=utf-8'),
);
