// What the pages of pipelines and runs show, read from the ledger: never more than they show.
import { type GridFacts, type HomeFacts, link, type RunFilter, type RunListFacts } from '../../console/index.ts';
import type { RunAt } from '../../ledger/index.ts';
import type { PipelineManifest, RunRecord } from '../../records/index.ts';
import type { Desk } from './desk.ts';

/** Runs of each pipeline on the first page, and on the page of all runs. */
const latestAtHome = 5;
const latestOfAll = 15;
/** Of each, looked through for failed ones. */
const searched = 100;
/** Runs on a page of one pipeline. */
const gridRows = 25;
/** Runs under way that are counted. */
const mostOpen = 100;
/** Later than any run is to be looked at. */
const everAfter = '9999';

const newestFirst = (a: RunRecord, b: RunRecord): number => b.createdAt.localeCompare(a.createdAt);

export const readHome = async (desk: Desk): Promise<HomeFacts> => {
  const { runs, openRuns } = desk.target.ledger;
  const [manifests, open] = await Promise.all([desk.manifests(), openRuns.due(everAfter, mostOpen + 1)]);
  const pipelines = await Promise.all(
    manifests.map(async ({ pipeline, upstream }) => ({
      pipeline,
      upstream: [...new Set(Object.values(upstream))],
      runs: await runs.latest(pipeline, latestAtHome),
      open: open.slice(0, mostOpen).filter((one) => one.pipeline === pipeline).length,
    })),
  );
  return { pipelines, openBeyond: open.length > mostOpen };
};

export const readRuns = async (desk: Desk, only?: RunFilter): Promise<RunListFacts> => {
  const { ledger, manifest } = desk.target;
  if (only === 'open') {
    const open = await ledger.openRuns.due(everAfter, mostOpen + 1);
    const found = await Promise.all(open.slice(0, mostOpen).map(({ pipeline, run }) => ledger.runs.get(pipeline, run)));
    return {
      runs: found.flatMap((run) => run ?? []).toSorted(newestFirst),
      each: mostOpen,
      beyond: open.length > mostOpen,
      only,
    };
  }
  const each = only === 'failed' ? searched : latestOfAll;
  const lists = await Promise.all(manifest.pipelines.map((pipeline) => ledger.runs.latest(pipeline, each)));
  const runs = lists.flat().filter(({ status }) => only === undefined || status === 'failed');
  return { runs: runs.toSorted(newestFirst), each, ...(only === undefined ? {} : { only }) };
};

/** `before` is a run's place, as the link to older runs has it. */
export const readGrid = async (
  desk: Desk,
  manifest: PipelineManifest,
  before: RunAt | undefined,
): Promise<GridFacts> => {
  const { pipeline, stages } = manifest;
  const found = await desk.target.ledger.runs.latest(pipeline, gridRows + 1, before);
  const runs = found.slice(0, gridRows);
  const rows = await Promise.all(runs.map(async (run) => ({ run, stages: await desk.stagesOf(run) })));
  const last = found.length > gridRows ? runs.at(-1) : undefined;
  const older = last && link(['pipelines', pipeline], { before: last.createdAt, run: last.run });
  return { pipeline, stages, rows, older, isPast: before !== undefined };
};
