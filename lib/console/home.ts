// Home: all pipelines as one graph with the state of each, and what ran last.
import type { RunRecord } from '../records/index.ts';
import { graphOf, type StatedBox } from './graph.ts';
import { html } from './html.ts';
import type { Page } from './page.ts';
import { pipelineLink, runTable } from './run-list.ts';
import { momentText, plural } from './words.ts';

export interface PipelineNow {
  readonly pipeline: string;
  /** Names of the pipelines that it reads. */
  readonly upstream: readonly string[];
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  /** Runs that are not over. */
  readonly open: number;
}

export interface HomeFacts {
  readonly pipelines: readonly PipelineNow[];
  /** More runs are under way than were counted. */
  readonly openBeyond: boolean;
}

const boxOf = ({ pipeline, runs, open }: PipelineNow, beyond: boolean): StatedBox => {
  const [newest] = runs;
  const under = open > 0 ? `${plural(open, 'run')}${beyond ? ' or more' : ''} under way` : '';
  if (!newest)
    return {
      id: pipeline,
      title: pipeline,
      status: 'none',
      href: pipelineLink(pipeline),
      lines: ['no run yet', ''],
    };
  const which = newest.partition === newest.run ? newest.status : `${newest.status} ${newest.partition}`;
  const at = newest.endedAt ?? newest.startedAt ?? newest.createdAt;
  return {
    id: pipeline,
    title: pipeline,
    status: newest.status,
    href: pipelineLink(pipeline),
    lines: [which, under === '' ? html`<tspan data-time="${at}">${momentText(at)}</tspan>` : under],
  };
};

export const homePage = ({ pipelines, openBeyond }: HomeFacts): Page => {
  const arrows = pipelines.flatMap(({ pipeline, upstream }) => upstream.map((from) => ({ from, to: pipeline })));
  const runs = pipelines.flatMap((one) => one.runs).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const boxes = pipelines.map((one) => boxOf(one, openBeyond));
  return {
    title: 'Pipelines',
    regions: [
      {
        id: 'pipelines',
        body:
          boxes.length === 0
            ? html`<p>No pipeline is deployed here.</p>`
            : graphOf(boxes, arrows, 'Pipelines: the newest run of each, an arrow to what reads it', 20),
      },
      {
        id: 'latest',
        body: html`<h2>Latest runs</h2>${
          runs.length === 0
            ? html`<p>Nothing has run yet. Choose a pipeline above, then Start a run; or type <code>npx heddle start PIPELINE</code></p>`
            : runTable(runs, 'The latest runs of each pipeline')
        }`,
      },
    ],
  };
};
