import { publish } from '../../../lib/pipelines/customer-intelligence/report/contracts.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(publish, async ({ input, run, log, store }) => {
  const { title, headline } = input;
  const artifacts = [
    { name: 'report.md', ...input.markdown },
    { name: 'report.html', ...input.html },
  ];
  const content = JSON.stringify({ title, headline, pipeline: run.pipeline, run: run.id, artifacts }, null, 2);
  const index = await store.writeArtifact('index.json', `${content}\n`, 'application/json');
  log.info('published', { headline, index: index.key });
  return { title, headline, index, artifacts };
});
