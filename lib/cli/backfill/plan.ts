// Which runs a backfill would have, in which order, and which of those that were asked for it cannot have.
import type { Pipeline } from '../../definition/index.ts';
import {
  type BackfillPlan,
  executionName,
  isRelaxed,
  type Json,
  keyProblem,
  keysAbove,
  type Pairing,
  type PartitionStanding,
  type PartitionState,
  type PipelineManifest,
  type PlannedRun,
  type Prices,
  pairingOf,
  sameKey,
} from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import type { Target } from '../target.ts';
import { underWayElsewhere } from './elsewhere.ts';
import { inputFor } from './inputs.ts';
import { nameOf, type Place } from './place.ts';
import { factsOf } from './run-facts.ts';
import { checkFields, type Where } from './where.ts';

export interface Asked {
  readonly manifest: PipelineManifest;
  readonly keys: readonly string[];
  /** Which partitions are to run, by how they stand. */
  readonly only: ReadonlySet<PartitionState>;
  readonly upstream: boolean;
  readonly where: Where | undefined;
  readonly input: Json | undefined;
  readonly definitions: readonly Pipeline[];
  readonly now: number;
  /** What `cost` in `where` is by. */
  readonly prices: Prices;
}

/** `follows`: it is in order, but what it is made from runs again. */
export type Reason = PartitionState | 'follows';

export interface Planned {
  readonly plan: BackfillPlan;
  /** Of each run of the plan. */
  readonly reasons: readonly Reason[];
  /** What was asked for and cannot be, and why. */
  readonly refused: readonly (Place & { readonly why: string })[];
  /** The pipelines in it, upstream first. */
  readonly pipelines: readonly PipelineManifest[];
}

/** Runs that `--where` reads at a time; partitions whose input is looked for in the inbox. */
const atOnce = 20;

export const planBackfill = async (target: Target, asked: Asked): Promise<Planned> => {
  const pipelines = await inScope(target, asked.manifest, asked.upstream);
  const reads = await readingOf(target, pipelines);
  const standings = await standingsOf(target, pipelines, reads, asked);
  const elsewhere = await underWayElsewhere(target);
  const chosen = await chosenKeys(target, asked, standings);
  const wanted = wantedOf(asked, pipelines, reads, standings, chosen);

  const runs: PlannedRun[] = [];
  const reasons: Reason[] = [];
  const refused: (Place & { why: string })[] = [];
  const placeOf = new Map<string, number | 'refused'>();
  const names = new Map(pipelines.map((manifest) => [manifest.pipeline, manifest]));
  const problemOf = ({ pipeline, partition }: Place): string | undefined => {
    const spec = names.get(pipeline)?.partitions;
    return spec && keyProblem(spec, partition);
  };
  const inputOf = (place: Place): ReturnType<typeof inputFor> =>
    inputFor({
      definition: asked.definitions.find((definition) => definition.name === place.pipeline),
      spec: names.get(place.pipeline)?.partitions,
      partition: place.partition,
      given: place.pipeline === asked.manifest.pipeline ? asked.input : undefined,
      before: standings.get(nameOf(place))?.record?.run,
      target,
    });
  const inputs = new Map<string, Awaited<ReturnType<typeof inputFor>>>();
  const able = [...wanted].filter(([, place]) => names.has(place.pipeline) && problemOf(place) === undefined);
  for (let start = 0; start < able.length; start += atOnce)
    await Promise.all(
      able.slice(start, start + atOnce).map(async ([name, place]) => inputs.set(name, await inputOf(place))),
    );

  /** Upstream first. Gives the run's place in the plan; undefined where it is not to run. */
  const visit = async (pipeline: string, partition: string): Promise<number | 'refused' | undefined> => {
    const name = nameOf({ pipeline, partition });
    const manifest = names.get(pipeline);
    if (!manifest) return undefined;
    const known = placeOf.get(name);
    if (known !== undefined) return known;
    const places: [Read, number | 'refused' | undefined][] = [];
    for (const up of reads(manifest, partition)) places.push([up, await visit(up.pipeline, up.partition)]);
    const after = places.map(([, place]) => place).filter((place) => typeof place === 'number');
    if (!wanted.has(name) && after.length === 0) return undefined;
    const standing = standings.get(name);
    const refuse = (why: string): 'refused' => {
      refused.push({ pipeline, partition, why });
      placeOf.set(name, 'refused');
      return 'refused';
    };
    const other = elsewhere.get(name);
    if (other !== undefined) return refuse(`it is in the backfill ${other}`);
    if (standing?.state === 'running') return refuse('a run of it is under way');
    const problem = problemOf({ pipeline, partition });
    if (problem) return refuse(`${pipeline} has no such partition: ${problem}`);
    for (const [up, place] of places) {
      const lacks = place === 'refused' ? 'cannot run' : lacking(standings.get(nameOf(up)));
      if (typeof place === 'number' || !lacks || !up.needed) continue;
      const which = up.partition === partition ? up.pipeline : nameOf(up);
      return refuse(`${which} ${lacks}${place !== 'refused' && !asked.upstream ? ': add --upstream' : ''}`);
    }
    const input = inputs.get(name) ?? (await inputOf({ pipeline, partition }));
    if ('problem' in input) return refuse(input.problem);
    const { run, generation = 1 } = standing?.record ?? {};
    const was = run === undefined ? {} : { was: executionName(run, generation) };
    const place = runs.push({ pipeline, partition, after, input, ...was }) - 1;
    reasons.push(wanted.has(name) ? (standing?.state ?? 'missing') : 'follows');
    placeOf.set(name, place);
    return place;
  };
  for (const key of chosen) await visit(asked.manifest.pipeline, key);
  return { plan: runs, reasons, refused, pipelines };
};

/** Why a partition cannot be read from; undefined when it can. */
const lacking = (standing: PartitionStanding | undefined): string | undefined =>
  standing?.state === 'completed' || standing?.state === 'stale' ? undefined : `is ${standing?.state ?? 'missing'}`;

/** The pipeline, and with `upstream` all that it is made from; what is read comes first. */
const inScope = async (
  target: Target,
  manifest: PipelineManifest,
  upstream: boolean,
): Promise<readonly PipelineManifest[]> => {
  const ordered: PipelineManifest[] = [];
  const visit = async (at: PipelineManifest): Promise<void> => {
    if (ordered.some(({ pipeline }) => pipeline === at.pipeline)) return;
    if (upstream) for (const name of Object.values(at.upstream)) await visit(await target.pipeline(name));
    if (!ordered.includes(at)) ordered.push(at);
  };
  await visit(manifest);
  return ordered;
};

/** What a partition is made from. Not `needed`: its pipeline may start without it. */
interface Read extends Place {
  readonly needed: boolean;
}
type Reading = (manifest: PipelineManifest, partition: string) => readonly Read[];

/** What partitions of these pipelines read. Throws CliError HDL697 where partitions do not go together. */
const readingOf = async (target: Target, pipelines: readonly PipelineManifest[]): Promise<Reading> => {
  const pairings = new Map<string, readonly { pipeline: string; pairing: Pairing; needed: boolean }[]>();
  for (const { pipeline, partitions, upstream, uses, join } of pipelines) {
    const own = Object.entries(upstream).map(async ([alias, name]) => {
      const use = uses?.[alias] ?? sameKey;
      const needed = !isRelaxed(use) && !(join && isRelaxed(join));
      const paired = pairingOf(partitions, (await target.pipeline(name)).partitions, use.select);
      if ('pairing' in paired) return { pipeline: name, pairing: paired.pairing, needed };
      throw new CliError(
        'HDL697',
        2,
        `the partitions of ${pipeline} and of ${name} do not go together: ${paired.problem}`,
        'two pipelines that were deployed together',
        'deploy both',
      );
    });
    pairings.set(pipeline, await Promise.all(own));
  }
  return ({ pipeline }, partition) => {
    const found = new Map<string, Read>();
    for (const { pairing, needed, pipeline: above } of pairings.get(pipeline) ?? [])
      for (const key of keysAbove(pairing, partition)) {
        const read = { pipeline: above, partition: key };
        found.set(nameOf(read), { ...read, needed: needed || (found.get(nameOf(read))?.needed ?? false) });
      }
    return [...found.values()];
  };
};

/** How the partitions stand that it is about, and those that they read. */
const standingsOf = async (
  { ledger }: Target,
  pipelines: readonly PipelineManifest[],
  reads: Reading,
  { manifest, keys }: Asked,
): Promise<ReadonlyMap<string, PartitionStanding>> => {
  const reader = ledger.standings();
  const wanted = new Map<string, Set<string>>([[manifest.pipeline, new Set(keys)]]);
  for (const each of pipelines.toReversed())
    for (const partition of wanted.get(each.pipeline) ?? [])
      for (const read of reads(each, partition)) {
        const own = wanted.get(read.pipeline) ?? new Set();
        wanted.set(read.pipeline, own.add(read.partition));
      }
  const found = new Map<string, PartitionStanding>();
  for (const [pipeline, own] of wanted)
    for (const standing of await reader.of(pipeline, [...own]))
      found.set(nameOf({ pipeline, partition: standing.partition }), standing);
  return found;
};

/** The keys that it is about: of the range, those of which `--where` holds. */
const chosenKeys = async (
  target: Target,
  { manifest, keys, where, now, only, prices }: Asked,
  standings: ReadonlyMap<string, PartitionStanding>,
): Promise<readonly string[]> => {
  if (!where) return keys;
  const { pipeline } = manifest;
  const able = keys.flatMap((partition) => {
    const { state, record } = standings.get(nameOf({ pipeline, partition })) ?? {};
    return record && state !== undefined && only.has(state) ? [{ partition, run: record.run }] : [];
  });
  const facts: { partition: string; of: Json }[] = [];
  for (let start = 0; start < able.length; start += atOnce) {
    const read = able.slice(start, start + atOnce).map(async ({ partition, run }) => {
      const record = await target.ledger.runs.get(pipeline, run);
      return record ? [{ partition, of: await factsOf(target, record, { fields: where.fields, now, prices }) }] : [];
    });
    facts.push(...(await Promise.all(read)).flat());
  }
  checkFields(
    where,
    facts.map(({ of }) => of),
  );
  return facts.filter(({ of }) => where.of(of)).map(({ partition }) => partition);
};

/** What is to run for its own sake: by how it stands, or because what is made from it needs it. */
const wantedOf = (
  { manifest, only }: Asked,
  pipelines: readonly PipelineManifest[],
  reads: Reading,
  standings: ReadonlyMap<string, PartitionStanding>,
  keys: readonly string[],
): ReadonlyMap<string, Place> => {
  const wanted = new Map<string, Place>();
  const inScope = new Map<string, Set<string>>([[manifest.pipeline, new Set(keys)]]);
  for (const each of pipelines.toReversed())
    for (const partition of inScope.get(each.pipeline) ?? []) {
      const place = { pipeline: each.pipeline, partition };
      const name = nameOf(place);
      const { state = 'missing' } = standings.get(name) ?? {};
      // One that was never started is as good as missing.
      if (only.has(state === 'skipped' ? 'missing' : state)) wanted.set(name, place);
      for (const read of reads(each, partition)) {
        const own = inScope.get(read.pipeline) ?? new Set();
        inScope.set(read.pipeline, own.add(read.partition));
        if (wanted.has(name) && read.needed && lacking(standings.get(nameOf(read)))) wanted.set(nameOf(read), read);
      }
    }
  return wanted;
};
