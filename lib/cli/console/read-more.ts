// What the pages of comparison, search, cost, quality, lineage and pools show: by the readers of the commands of the same names.
import {
  byBegin,
  type Compared,
  type CostFacts,
  type LineageFacts,
  type LineageNode,
  type PoolFacts,
  type PoolUser,
  type QualityLine,
  type SearchFacts,
} from '../../console/index.ts';
import { type PoolWaiter, type RunRecord, readMark, readPoolOwner } from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import { readSpending } from '../commands/cost.ts';
import { byDay, byModel, byPipeline, byStage } from '../cost/gather.ts';
import { readMoment } from '../dead-letters/moment.ts';
import { type Artifact, readArtifact } from '../lineage/artifact.ts';
import { openSources } from '../lineage/sources.ts';
import { type Node, trace } from '../lineage/trace.ts';
import { readPrices } from '../prices.ts';
import { qualityOf } from '../quality/gather.ts';
import type { Desk } from './desk.ts';
import { knownOf } from './known.ts';
import { outputOfRun } from './read-run.ts';

export const readCompared = async (desk: Desk, run: RunRecord): Promise<Compared> => {
  const { ledger } = desk.target;
  const [stages, input, output] = await Promise.all([
    ledger.stages.list(run.pipeline, run.run),
    knownOf(() => ledger.payloads.load(run.input)),
    outputOfRun(desk, run),
  ]);
  return { run, stages: stages.toSorted(byBegin), input, output: output ?? { missing: 'None.' } };
};

/** Of each pipeline: newest runs whose ids are looked at, and open dead letters whose texts are. */
const recentRuns = 25;
const recentLetters = 200;

export const readSearch = async (desk: Desk, sought: string): Promise<SearchFacts> => {
  const { ledger, manifest } = desk.target;
  if (sought === '') return { sought, runs: [], pipelines: [], stages: [], letters: [] };
  const lower = sought.toLowerCase();
  const has = (text: string): boolean => text.toLowerCase().includes(lower);
  const perPipeline = await Promise.all(
    manifest.pipelines.map(async (pipeline) => {
      const [exact, partition, recent, letters] = await Promise.all([
        ledger.runs.get(pipeline, sought),
        ledger.runs.partition(pipeline, sought),
        ledger.runs.latest(pipeline, recentRuns),
        ledger.deadLetters.open(pipeline, recentLetters),
      ]);
      const newest = partition && (await ledger.runs.get(pipeline, partition.run));
      const alike = recent.filter(({ run, partition: of }) => run.toLowerCase().startsWith(lower) || of === sought);
      const runs = new Map([exact, newest, ...alike].flatMap((run) => (run ? [[run.run, run] as const] : [])));
      const count = letters.filter(({ error, cause }) => has(`${error}: ${cause}`)).length;
      return { pipeline, runs: [...runs.values()], count };
    }),
  );
  const manifests = await desk.manifests();
  return {
    sought,
    runs: perPipeline.flatMap(({ runs }) => runs).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)),
    pipelines: manifest.pipelines.filter(has),
    stages: manifests.flatMap(({ pipeline, stages }) => stages.filter(has).map((stage) => [pipeline, stage] as const)),
    letters: perPipeline.flatMap(({ pipeline, count }) => (count > 0 ? [[pipeline, count] as const] : [])),
  };
};

const usualSpan = '30d';

/** How long ago, as the command takes it; what it does not take is the usual. */
export const spanOf = (asked: string | null): string =>
  asked !== null && /^\d{1,4}[mhd]$/.test(asked) ? asked : usualSpan;

export const readCost = async ({ target, setting }: Desk, since: string): Promise<CostFacts> => {
  const now = setting.now();
  const from = readMoment('since', since, now) ?? '';
  const spending = await readSpending(target, undefined, from, new Date(now).toISOString());
  const prices = readPrices(setting, undefined);
  const pipelines = byPipeline(spending, prices).filter(({ total }) => total > 0);
  return {
    since,
    pipelines,
    days: byDay(spending, prices),
    stages: byStage(spending, prices),
    models: byModel(spending, prices),
    unpriced: [...new Set(pipelines.flatMap(({ unpriced }) => unpriced))],
  };
};

const day = 86_400_000;

export const readQuality = async ({ target, setting }: Desk): Promise<readonly QualityLine[]> => {
  const now = setting.now();
  const [since, baseline] = [7, 35].map((days) => new Date(now - days * day).toISOString());
  const runs = await Promise.all(
    target.manifest.pipelines.map((pipeline) =>
      target.ledger.runs.accounts(pipeline, baseline ?? '', new Date(now).toISOString()),
    ),
  );
  return qualityOf(runs.flat(), since ?? '');
};

const depth = 6;

const nodeOf = ({ name, made }: Artifact): LineageNode => ({
  name,
  ...(made ? { run: made.run, status: made.status } : {}),
  facts: made
    ? [
        `run ${made.run}`,
        ...(made.code ? [`code ${made.code}`] : []),
        ...(made.models ? [`model ${made.models.join(', ')}`] : []),
        ...(made.prompts ? [`prompt ${made.prompts.join(', ')}`] : []),
        ...(made.cachedFrom ? [`cached from ${made.cachedFrom}`] : []),
      ]
    : ['object'],
});

const nodesIn = (node: Node): readonly Node[] => [node, ...(node.next ?? []).flatMap(nodesIn)];

const edgesIn = (node: Node, direction: 'up' | 'down'): LineageFacts['edges'] =>
  nodesIn(node).flatMap(({ artifact, next = [] }) =>
    next.map((other) => {
      const [from, to] = direction === 'up' ? [other.artifact, artifact] : [artifact, other.artifact];
      return { from: from.name, to: to.name };
    }),
  );

/** Up and down from an artifact; or why it cannot be told. */
export const readLineage = async (
  { target, setting }: Desk,
  artifact: string,
  run: string | undefined,
): Promise<LineageFacts | { readonly problem: string }> => {
  try {
    const sources = openSources(target, { now: setting.now(), stages: false });
    const start = await sources.find(readArtifact(artifact, target.manifest.pipelines, run));
    const [up, down] = await Promise.all([trace(start, sources.up, depth), trace(start, sources.down, depth)]);
    const nodes = new Map(
      [up, down].flatMap(({ root }) => nodesIn(root)).map((node) => [node.artifact.name, nodeOf(node.artifact)]),
    );
    return {
      artifact: start.name,
      run,
      nodes: [...nodes.values()],
      edges: [...edgesIn(up.root, 'up'), ...edgesIn(down.root, 'down')],
      cut: up.cut || down.cut || down.unseen,
    };
  } catch (error) {
    if (error instanceof CliError) return { problem: error.message };
    throw error;
  }
};

const userOf = (owner: string): PoolUser => readPoolOwner(owner) ?? { call: owner };

const waiterOf = ({ owner, since, low }: PoolWaiter): PoolFacts['waiting'][number] => ({
  ...userOf(owner),
  since: new Date(since).toISOString(),
  low: low === true,
});

export const readPools = async ({ target: { ledger } }: Desk): Promise<readonly PoolFacts[]> => {
  const inUse = await ledger.pools.inUse();
  const found = await Promise.all(
    inUse.map(async (at): Promise<readonly PoolFacts[]> => {
      const [pool, waiting] = await Promise.all([ledger.pools.get(at), ledger.pools.waiting(at)]);
      if (!pool) return [];
      return [
        {
          pool,
          holders: [...(pool.held ?? [])].map((mark) => userOf(readMark(mark).owner)),
          waiting: waiting.map(waiterOf),
        },
      ];
    }),
  );
  return found.flat();
};
