// Which page an address names.
import {
  approvalsPage,
  backfillPage,
  backfillsPage,
  calendarPage,
  chooseRunPage,
  comparePage,
  costPage,
  gridPage,
  homePage,
  letterPage,
  lettersPage,
  lineagePage,
  lostPage,
  type Page,
  poolsPage,
  qualityPage,
  runFilters,
  runPage,
  runsPage,
  searchPage,
  stagePage,
  vanishedRun,
  waitingPage,
} from '../../console/index.ts';
import type { RunAt } from '../../ledger/index.ts';
import type { BackfillPlan } from '../../records/index.ts';
import { nearest } from '../../support/nearest.ts';
import { readPartitions } from '../read-partitions.ts';
import type { Desk } from './desk.ts';
import { readGrid, readHome, readRuns } from './read.ts';
import { readCompared, readCost, readLineage, readPools, readQuality, readSearch, spanOf } from './read-more.ts';
import { readRun, readStage } from './read-run.ts';
import { readApprovals, readLetter, readLetters } from './read-waiting.ts';

/** A page's address, taken apart. */
export interface Address {
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

/** Undefined for what is no address. */
export const addressOf = (path: string): Address | undefined => {
  const url = URL.parse(path, 'http://console');
  if (!url?.pathname || url.host !== 'console') return undefined;
  try {
    return { parts: url.pathname.split('/').slice(1).map(decodeURIComponent), query: url.searchParams };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
};

const noPage = (found: string, fix = 'Begin at the first page.'): Page => lostPage('There is no such page', found, fix);

const beforeOf = (query: URLSearchParams): RunAt | undefined => {
  const [createdAt, run] = [query.get('before'), query.get('run')];
  return createdAt === null || run === null ? undefined : { createdAt, run };
};

const noPipeline = (name: string, { target }: Desk): Page => {
  const near = nearest(name, target.manifest.pipelines);
  return noPage(`HDL834: ${target.name} has no pipeline ${name}.`, near && `Did you mean ${near}?`);
};

const pipelinePage = async (desk: Desk, name: string, query: URLSearchParams): Promise<Page> => {
  const manifest = (await desk.manifests()).find(({ pipeline }) => pipeline === name);
  return manifest ? gridPage(await readGrid(desk, manifest, beforeOf(query))) : noPipeline(name, desk);
};

const partitionsPage = async (desk: Desk, name: string, query: URLSearchParams): Promise<Page> => {
  const { target, setting } = desk;
  if (!target.manifest.pipelines.includes(name)) return noPipeline(name, desk);
  const range = { from: query.get('from') ?? undefined, to: query.get('to') ?? undefined };
  return calendarPage({ pipeline: name, ...(await readPartitions(target, name, range, setting.now())) });
};

const shownBackfills = 50;

const runPageAt = async (
  desk: Desk,
  [pipeline = '', id = '', part, stage]: readonly string[],
): Promise<Page | undefined> => {
  if (part === undefined) {
    const facts = await readRun(desk, pipeline, id);
    return facts ? runPage(facts) : vanishedRun(pipeline, id, 'HDL833');
  }
  if (part !== 'stages' || stage === undefined) return undefined;
  const facts = await readStage(desk, pipeline, id, stage);
  return facts ? stagePage(facts) : noPage(`HDL834: the run ${id} of ${pipeline} is gone, or has no stage ${stage}.`);
};

const letterPageAt = async (
  desk: Desk,
  [pipeline = '', run = '', stage = '', item]: readonly string[],
): Promise<Page> => {
  const found = await readLetter(desk, { pipeline, run, stage, ...(item === undefined ? {} : { item: Number(item) }) });
  return found
    ? letterPage(found)
    : noPage(`HDL834: there is no dead letter ${[run, stage, item].join('/')} of ${pipeline}.`);
};

/** Other runs that one may be compared with. */
const choices = 25;

const comparePageAt = async (desk: Desk, [pipeline = '', one = '', other]: readonly string[]): Promise<Page> => {
  const { runs } = desk.target.ledger;
  const first = await runs.get(pipeline, one);
  if (!first) return vanishedRun(pipeline, one, 'HDL833');
  if (other === undefined)
    return chooseRunPage(
      first,
      (await runs.latest(pipeline, choices)).filter(({ run }) => run !== one),
    );
  const second = await runs.get(pipeline, other);
  if (!second) return vanishedRun(pipeline, other, 'HDL833');
  return comparePage({ first: await readCompared(desk, first), second: await readCompared(desk, second) });
};

/** Keys of the ledger hold so much, and more. */
const longestSought = 200;

/** Pages by the first part of their address; the rest of it is their own. */
const places: {
  readonly [kind: string]: (desk: Desk, rest: readonly string[], query: URLSearchParams) => Promise<Page | undefined>;
} = {
  '': async (desk) => homePage(await readHome(desk)),
  runs: async (desk, rest, query) => {
    const only = runFilters.find((filter) => filter === query.get('only'));
    if (rest.length === 0) return runsPage(await readRuns(desk, only));
    return rest.length > 1 ? runPageAt(desk, rest) : undefined;
  },
  pipelines: async (desk, [name, part, ...rest], query) => {
    if (name === undefined || rest.length > 0) return undefined;
    if (part === undefined) return pipelinePage(desk, name, query);
    return part === 'partitions' ? partitionsPage(desk, name, query) : undefined;
  },
  backfills: async ({ target: { ledger } }, [id, ...rest]) => {
    if (rest.length > 0) return undefined;
    if (id === undefined) return backfillsPage(await ledger.backfills.latest(shownBackfills));
    const backfill = await ledger.backfills.get(id);
    if (!backfill) return noPage(`HDL834: there is no backfill ${id}.`);
    return backfillPage({ backfill, plan: (await ledger.payloads.load(backfill.plan)) as BackfillPlan }); // stored as one
  },
  'dead-letters': async (desk, rest, query) => {
    if (rest.length > 0) return letterPageAt(desk, rest);
    const pipeline = query.get('pipeline') ?? undefined;
    return pipeline === undefined || desk.target.manifest.pipelines.includes(pipeline)
      ? lettersPage(await readLetters(desk, pipeline))
      : noPipeline(pipeline, desk);
  },
  compare: (desk, rest) => comparePageAt(desk, rest),
  search: async (desk, _, query) =>
    searchPage(await readSearch(desk, query.get('q')?.trim().slice(0, longestSought) ?? '')),
  cost: async (desk, _, query) => {
    const since = spanOf(query.get('since'));
    const facts = await desk.soon(`cost ${since}`, () => readCost(desk, since));
    return facts ? costPage(facts) : waitingPage('Cost', `What runs of the last ${since} used is being added up …`);
  },
  quality: async (desk) => {
    const lines = await desk.soon('quality', () => readQuality(desk));
    return lines
      ? qualityPage(lines)
      : waitingPage('Quality', 'Scores and checks of the last 35 days are being read …');
  },
  lineage: async (desk, _, query) => {
    const artifact = query.get('artifact') ?? '';
    if (artifact === '') return lineagePage(undefined);
    const facts = await readLineage(desk, artifact, query.get('run') ?? undefined);
    return 'problem' in facts ? lineagePage(undefined, facts.problem) : lineagePage(facts);
  },
  pools: async (desk) => poolsPage(await readPools(desk)),
  approvals: async (desk) => approvalsPage(await readApprovals(desk)),
};

/** The page at an address. Throws what reading the ledger throws. */
export const pageAt = async (desk: Desk, address: Address | undefined): Promise<Page> => {
  const [kind = '?', ...rest] = address?.parts ?? [];
  const place = Object.hasOwn(places, kind) ? places[kind] : undefined;
  const page = await place?.(desk, rest, address?.query ?? new URLSearchParams());
  return page ?? noPage('HDL834: the console has nothing at this address.');
};
