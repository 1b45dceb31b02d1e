// What a run that was mended leads to: the pipelines that read it start anew for its partition. An engine that stops with the
// command stays until they are done, so that what a person looks at next is up to date.
import { executionName, type PipelineManifest, type RunRecord } from '../records/index.ts';
import { topologicalRanks } from '../support/topological-order.ts';
import { awaitRun } from './await-run.ts';
import { followRun } from './progress/index.ts';
import type { Outlet } from './setting.ts';
import type { Target } from './target.ts';

type Mended = Pick<RunRecord, 'pipeline' | 'partition' | 'backfill'>;

/**
 * Follows the runs of all pipelines further down to their ends. Resolves with them, and with the names of those that never began.
 * What a backfill's runs lead to is the backfill's: no trigger starts it.
 */
export const followWhatFollows = async (
  target: Target,
  mended: readonly Mended[],
  { outlet, now }: { readonly outlet: Outlet; now(): number },
): Promise<{ readonly ended: readonly RunRecord[]; readonly missing: readonly string[] }> => {
  const ordered = await upstreamFirst(target);
  const ended: RunRecord[] = [];
  const missing: string[] = [];
  const triggering = mended.filter(({ backfill }) => backfill === undefined);
  for (const [partition, runs] of Map.groupBy(triggering, (run) => run.partition)) {
    const given = runs.map(({ pipeline }) => pipeline);
    for (const manifest of readersOf(given, ordered)) {
      const above = await newestAbove(target, manifest, partition);
      if (!above) continue; // one of them is not complete, so nothing begins
      const run = await awaitRun(target, () => runFrom(target, manifest.pipeline, partition, above));
      if (!run) missing.push(manifest.pipeline);
      else
        ended.push(
          await followRun({ ledger: target.ledger, aws: target.aws, run, planned: manifest.stages, outlet, now }),
        );
    }
  }
  return { ended, missing };
};

/** The pipelines that read the run's and have not followed it yet. */
export const yetToFollow = async (target: Target, { pipeline, partition }: Mended): Promise<readonly string[]> => {
  const readers = (await upstreamFirst(target)).filter(({ upstream }) => Object.values(upstream).includes(pipeline));
  const left = await Promise.all(
    readers.map(async (reader) => {
      const above = await newestAbove(target, reader, partition);
      const run = above && (await runFrom(target, reader.pipeline, partition, above));
      return run?.endedAt === undefined ? [reader.pipeline] : [];
    }),
  );
  return left.flat();
};

/** The pipelines deployed, each after those that it reads. */
export const upstreamFirst = async (target: Target): Promise<readonly PipelineManifest[]> => {
  const manifests = await Promise.all(target.manifest.pipelines.map((name) => target.pipeline(name)));
  const nodes = manifests.map(({ pipeline, upstream }) => ({ id: pipeline, needs: Object.values(upstream) }));
  const sorted = topologicalRanks(nodes);
  if (!('ranks' in sorted)) return manifests; // synth refuses cycles
  return sorted.ranks.flat().flatMap((name) => manifests.filter(({ pipeline }) => pipeline === name));
};

/** Those that read one of the pipelines, or one that does. */
const readersOf = (pipelines: readonly string[], ordered: readonly PipelineManifest[]): readonly PipelineManifest[] => {
  const reached = new Set(pipelines);
  return ordered.filter(({ pipeline, upstream }) => {
    const reads = Object.values(upstream).some((name) => reached.has(name));
    if (reads) reached.add(pipeline);
    return reads;
  });
};

/** The executions that a run would follow from now. Undefined where one is missing or did not complete. */
const newestAbove = async (
  { ledger }: Target,
  { upstream }: PipelineManifest,
  partition: string,
): Promise<readonly string[] | undefined> => {
  const newest = await Promise.all(Object.values(upstream).map((name) => ledger.runs.partition(name, partition)));
  const complete = newest.flatMap((run) =>
    run?.status === 'completed' ? [executionName(run.run, run.generation ?? 1)] : [],
  );
  return complete.length === newest.length ? complete : undefined;
};

/** The newest run of the partition, if it follows from just these executions. */
const runFrom = async (
  { ledger }: Target,
  pipeline: string,
  partition: string,
  above: readonly string[],
): Promise<RunRecord | undefined> => {
  const newest = await ledger.runs.partition(pipeline, partition);
  const run = newest && (await ledger.runs.get(pipeline, newest.run));
  const from = run?.trigger.kind === 'upstream' ? run.trigger.identity.split(' ') : [];
  return above.every((execution) => from.includes(execution)) ? run : undefined;
};
