// Where a map's batches run: inside the run's own execution, or each in a child execution of its own (a Distributed Map).

import { type Ladder, type MapNode, mapItems, type Stage } from '../definition/index.ts';
import { batchesOf, fuseMaps, type GraphNode, type Level } from '../graph/index.ts';
import { invariant } from '../support/invariant.ts';
import { planOf } from './plan/index.ts';

/** AWS: an inline Map runs 40 iterations at once. */
const mostInlineConcurrency = 40;
/** How many batches an inline map is cut into at most, so that a run's history stays far below 25,000 events. */
const mostInlineBatches = 1_000;
/** How many a distributed one over a list in the ledger is: AWS runs 10,000 children at once. */
const mostDistributedBatches = 10_000;

/** A batch's record is written when it is claimed and when it is settled; a key of the table bears 1,000 writes a second. */
const writesOfKey = 250;
const [mostKeys, usualSeconds, leastSeconds] = [64, 1, 0.1];

/** Over how many keys of the ledger the records of a map's batches are spread. */
export const spreadOf = ({ concurrency, stage }: MapNode): number => {
  const writes = (2 * concurrency) / Math.max(leastSeconds, stage.expect.durationSeconds ?? usualSeconds);
  return Math.min(mostKeys, 2 ** Math.ceil(Math.log2(Math.max(1, writes / writesOfKey))));
};

export interface MapMode {
  readonly kind: 'inline' | 'distributed';
  /** How the child executions of a distributed map run. */
  readonly children?: 'STANDARD' | 'EXPRESS';
  /** Why so, in words for a person. */
  readonly why: string;
}

/** The mode of a map by itself, from what its author declared. */
export const mapModeOf = (node: MapNode): MapMode => modeFor(node, whyToWait([node]) ?? whyNotExpress([node.stage]));

/** Express executions cannot wait for a task token. */
const whyToWait = (maps: readonly MapNode[]): string | undefined => {
  const pool = maps.find((map) => map.pool)?.pool;
  return pool && `its batches wait for the pool ${pool.name} with a task token`;
};

/** The mode of a map and those that are in one Map with it. */
export const modeOf = (graph: GraphNode): MapMode => {
  const maps = [graph, ...(graph.followers ?? [])].flatMap(({ node }) => (node.kind === 'map' ? [node] : []));
  const [head] = maps;
  invariant(head, `${graph.id} is no map`);
  const { latches } = planOf(batchesOf(graph).nodes);
  const waits = latches.length > 0 ? 'one of its stages waits for others with a task token' : undefined;
  return modeFor(head, waits ?? whyToWait(maps) ?? whyNotExpress(maps.map(({ stage }) => stage)));
};

/** The modes of the maps of a level and those inside, by stage: in one Map, they have one. */
export const modesIn = (level: Level): ReadonlyMap<string, MapMode> =>
  new Map(
    fuseMaps(level).nodes.flatMap((each): (readonly [string, MapMode])[] => {
      if (each.node.kind === 'map')
        return [each, ...(each.followers ?? [])].map(({ id }) => [id, modeOf(each)] as const);
      return [each.onTrue, each.onFalse].flatMap((inner) => (inner ? [...modesIn(inner)] : []));
    }),
  );

const modeFor = (node: MapNode, obstacle: string | undefined): MapMode => {
  const why = reasonToDistribute(node);
  if (why === undefined) return { kind: 'inline', why: 'few batches, or no `expect.items` that says otherwise' };
  return {
    kind: 'distributed',
    children: obstacle === undefined ? 'EXPRESS' : 'STANDARD',
    why: `${why}; its children are ${obstacle === undefined ? 'express' : `standard: ${obstacle}`}`,
  };
};

/** How many batches the compiler cuts a map into at most. Of a file nobody knows the rows, so there is no bound. */
export const mostBatchesOf = (node: MapNode): number => {
  if (node.rows) return Number.POSITIVE_INFINITY;
  return mapModeOf(node).kind === 'inline' ? mostInlineBatches : mostDistributedBatches;
};

const reasonToDistribute = (node: MapNode): string | undefined => {
  const { concurrency, batch, expect } = node;
  if (mapItems(node).kind === 'rows') return 'its rows are streamed from a file';
  if (concurrency > mostInlineConcurrency) return `${concurrency} batches at once, where an inline map runs 40`;
  const batches = Math.ceil((expect.items ?? 0) / batch);
  return batches > mostInlineBatches ? `${batches} batches expected, too many for one history` : undefined;
};

/** AWS: an Express execution lasts 5 minutes. Half a minute of them is for recording a failure. */
const longestExpressSeconds = 270;
/** From about here on the duration of an Express execution costs more than the one transition of a Standard one. */
const dearExpressSeconds = 20;

const whyNotExpress = (stages: readonly Stage[]): string | undefined => {
  const longest = stages.reduce((sum, stage) => sum + worstSeconds(stage), 0);
  if (longest > longestExpressSeconds)
    return `with every retry a batch may take ${Math.round(longest)} s, and an express one ends after 300 s`;
  const expected = stages.reduce((sum, stage) => sum + (stage.expect.durationSeconds ?? 0), 0);
  return expected > dearExpressSeconds ? `at ${expected} s a batch they cost less` : undefined;
};

/** The longest that a state may take with its retries: each class of error has a ladder of its own. */
export const worstSeconds = ({ timeoutSeconds, retry }: Stage): number => {
  const ladders = [retry, retry.throttled, retry.exhausted];
  const attempts = 1 + ladders.reduce((sum, ladder) => sum + ladder.attempts - 1, 0);
  const more = retry.moreMemoryMb === undefined ? 1 : 2; // then all ladders are there again
  return more * (attempts * (timeoutSeconds + 10) + ladders.reduce((sum, ladder) => sum + pauses(ladder), 0));
};

const pauses = ({ attempts, intervalSeconds, backoff, capSeconds }: Ladder): number =>
  Array.from({ length: attempts - 1 }, (_, n) => Math.min(capSeconds, intervalSeconds * backoff ** n)).reduce(
    (sum, pause) => sum + pause,
    0,
  );
