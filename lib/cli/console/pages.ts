// Which page an address names.
import {
  gridPage,
  homePage,
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

/** The page at an address. Throws what reading the ledger throws. */
export const pageAt = async (desk: Desk, address: Address | undefined): Promise<Page> => {
  const [kind, name, id, ...rest] = address?.parts ?? [undefined];
  const query = address?.query ?? new URLSearchParams();
  if (kind === '' && name === undefined) return homePage(await readHome(desk));
  if (kind === 'runs' && name === undefined) return runsPage(await readRuns(desk));
  if (kind === 'pipelines' && name !== undefined && id === undefined) return pipelinePage(desk, name, query);
  if (kind === 'runs' && name !== undefined && id !== undefined && rest.length === 0) {
    const facts = await readRun(desk, name, id);
    return facts ? runPage(facts) : vanishedRun(name, id, 'HDL833');
  }
  const [part, stage] = rest;
  if (kind === 'runs' && name !== undefined && id !== undefined && part === 'stages' && stage !== undefined) {
    const facts = await readStage(desk, name, id, stage);
    return facts ? stagePage(facts) : noPage(`HDL834: the run ${id} of ${name} is gone, or has no stage ${stage}.`);
  }
  return noPage('HDL834: the console has nothing at this address.');
};
