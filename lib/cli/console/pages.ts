// Which page an address names.
import {
  approvalsPage,
  gridPage,
  homePage,
  letterPage,
  lettersPage,
  lostPage,
  type Page,
  runPage,
  runsPage,
  stagePage,
  vanishedRun,
} from '../../console/index.ts';
import type { RunAt } from '../../ledger/index.ts';
import { nearest } from '../../support/nearest.ts';
import type { Desk } from './desk.ts';
import { readGrid, readHome, readRuns } from './read.ts';
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

const pipelinePage = async (desk: Desk, name: string, query: URLSearchParams): Promise<Page> => {
  const manifests = await desk.manifests();
  const manifest = manifests.find(({ pipeline }) => pipeline === name);
  if (manifest) return gridPage(await readGrid(desk, manifest, beforeOf(query)));
  const near = nearest(
    name,
    manifests.map(({ pipeline }) => pipeline),
  );
  return noPage(`HDL834: ${desk.target.name} has no pipeline ${name}.`, near && `Did you mean ${near}?`);
};

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

/** Pages by the first part of their address; the rest of it is their own. */
const places: {
  readonly [kind: string]: (desk: Desk, rest: readonly string[], query: URLSearchParams) => Promise<Page | undefined>;
} = {
  '': async (desk) => homePage(await readHome(desk)),
  runs: async (desk, rest) => {
    if (rest.length === 0) return runsPage(await readRuns(desk));
    return rest.length > 1 ? runPageAt(desk, rest) : undefined;
  },
  pipelines: async (desk, [name, ...rest], query) =>
    name !== undefined && rest.length === 0 ? pipelinePage(desk, name, query) : undefined,
  'dead-letters': async (desk, rest, query) =>
    rest.length === 0
      ? lettersPage(await readLetters(desk, query.get('pipeline') ?? undefined))
      : letterPageAt(desk, rest),
  approvals: async (desk) => approvalsPage(await readApprovals(desk)),
};

/** The page at an address. Throws what reading the ledger throws. */
export const pageAt = async (desk: Desk, address: Address | undefined): Promise<Page> => {
  const [kind = '?', ...rest] = address?.parts ?? [];
  const place = Object.hasOwn(places, kind) ? places[kind] : undefined;
  const page = await place?.(desk, rest, address?.query ?? new URLSearchParams());
  return page ?? noPage('HDL834: the console has nothing at this address.');
};
