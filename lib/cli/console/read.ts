// What the pages of pipelines and runs show, read from the ledger: never more than they show.
import { type GridFacts, type HomeFacts, link, type RunListFacts } from '../../console/index.ts';
import type { RunAt } from '../../ledger/index.ts';
import type { PipelineManifest, RunRecord } from '../../records/index.ts';
import type { Desk } from './desk.ts';

/** Runs of each pipeline on the first page, and on the page of all runs. */
const latestAtHome = 5;
const latestOfAll = 15;
/** Runs on a page of one pipeline. */
const gridRows = 25;
/** Runs under way that are counted. */
const mostOpen = 100;
/** Later than any run is to be looked at. */
export const everAfter = '9999';

const newestFirst = (a: RunRecord, b: RunRecord): number => b.createdAt.localeCompare(a.createdAt);

export const readHome = async (desk: Desk): Promise<HomeFacts> => {
  const { runs, openRuns } = desk.target.ledger;
  const [manifests, open] = await Promise.all([desk.manifests(), openRuns.due(everAfter, mostOpen)]);
  const pipelines = await Promise.all(
    manifests.map(async ({ pipeline, upstream }) => ({
      pipeline,
      upstream: [...new Set(Object.values(upstream))],
      runs: await runs.latest(pipeline, latestAtHome),
      open: open.filter((one) => one.pipeline === pipeline).length,
    })),
  );
  return { pipelines, openBeyond: open.length === mostOpen };
};

export const readRuns = async (desk: Desk): Promise<RunListFacts> => {
  const { ledger, manifest } = desk.target;
  const lists = await Promise.all(manifest.pipelines.map((pipeline) => ledger.runs.latest(pipeline, latestOfAll)));
  return { runs: lists.flat().toSorted(newestFirst), each: latestOfAll };
};

/** `before` is a run's place, as the link to older runs has it. */
export const readGrid = async (
  desk: Desk,
  manifest: PipelineManifest,
  before: RunAt | undefined,
): Promise<GridFacts> => {
  const { pipeline, stages } = manifest;
  const runs = await desk.target.ledger.runs.latest(pipeline, gridRows, before);
  const rows = await Promise.all(runs.map(async (run) => ({ run, stages: await desk.stagesOf(run) })));
  const last = runs.length === gridRows ? runs.at(-1) : undefined;
  const older = last && link(['pipelines', pipeline], { before: last.createdAt, run: last.run });
  return { pipeline, stages, rows, older, isPast: before !== undefined };
};
