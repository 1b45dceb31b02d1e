// The neighbours of an artifact, from the ledger's records: what it was made of, and what was made of it. Each record is read once.
import {
  executionName,
  keysBelow,
  keysOf as keysIn,
  type PartitionRecord,
  pairingOf,
  type RunRecord,
  refsIn,
  type StageRecord,
  sameKey,
  upstreamRunsOf,
} from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import type { Target } from '../target.ts';
import { type Artifact, type Made, object, output } from './artifact.ts';
import type { Neighbours } from './trace.ts';

export interface Sources {
  /**
   * The artifact, or of a pipeline whose partitions are by two dimensions, where the partition is only the first of them (a day of `day|source`),
   * those of all that were run. Throws as `find`.
   */
  findAll(artifact: Artifact): Promise<readonly Artifact[]>;
  /** The artifact with the run that made it. Throws CliError HDL812 where there is none. */
  find(artifact: Artifact): Promise<Artifact>;
  up(artifact: Artifact): Promise<Neighbours>;
  down(artifact: Artifact): Promise<Neighbours>;
}

/** Partitions of a pipeline below that are looked at for one above, the last of them. */
export const mostBelow = 400;
/** Newest runs of each pipeline that are looked through for the object that started them. */
const searched = 200;

const madeBy = (run: RunRecord, stage?: StageRecord): Made => {
  const models = stage
    ? (stage.spent?.models ?? {})
    : Object.assign({}, ...Object.values(run.account?.stages ?? {}).map(({ spent }) => spent.models ?? {}));
  const prompts = [
    ...new Set(
      Object.values(models as NonNullable<NonNullable<StageRecord['spent']>['models']>).flatMap(
        (use) => use.prompts ?? [],
      ),
    ),
  ];
  return {
    run: run.run,
    generation: run.generation ?? 1,
    status: stage?.status ?? run.status,
    at: stage?.endedAt ?? run.endedAt ?? run.createdAt,
    ...(run.definitionHash ? { definition: run.definitionHash } : {}),
    ...(stage?.fingerprint ? { code: stage.fingerprint.code } : {}),
    ...(Object.keys(models).length > 0 ? { models: Object.keys(models) } : {}),
    ...(prompts.length > 0 ? { prompts } : {}),
    ...(stage?.cachedFrom ? { cachedFrom: stage.cachedFrom.run } : {}),
  };
};

export interface SourcesOptions {
  readonly now: number;
  /** From stage to stage, not from run to run. */
  readonly stages: boolean;
  /** Partitions of a pipeline below that are looked at for one above. @default the last 400 */
  readonly below?: number | undefined;
}

export const openSources = (
  target: Target,
  { now, stages: byStage, below: most = mostBelow }: SourcesOptions,
): Sources => {
  const { ledger, manifest } = target;
  const once = <T>(load: (key: string) => Promise<T>) => {
    const read = new Map<string, Promise<T>>();
    return (key: string): Promise<T> => {
      const reading = read.get(key) ?? load(key);
      read.set(key, reading);
      return reading;
    };
  };
  const split = (key: string): readonly [string, string] => {
    const at = key.indexOf(' ');
    return [key.slice(0, at), key.slice(at + 1)];
  };
  const runOf = once((key) => ledger.runs.get(...split(key)));
  const stagesOf = once((key) => ledger.stages.list(...split(key)));
  const newestOf = once((key) => ledger.runs.partition(...split(key)));
  const manifestOf = once((pipeline) => target.pipeline(pipeline));

  const recordOf = async ({ at }: Artifact): Promise<RunRecord | undefined> => {
    if (at.kind === 'object') return undefined;
    const run = at.run ?? (await newestOf(`${at.pipeline} ${at.partition}`))?.run;
    return run === undefined ? undefined : runOf(`${at.pipeline} ${run}`);
  };
  const wholeOf = async (pipeline: string, run: string): Promise<readonly Artifact[]> => {
    const record = await runOf(`${pipeline} ${run}`);
    return record ? [output({ pipeline, partition: record.partition, run }, madeBy(record))] : [];
  };
  const stageOf = (record: RunRecord, stage: StageRecord): Artifact =>
    output(
      { pipeline: record.pipeline, stage: stage.stage, partition: record.partition, run: record.run },
      madeBy(record, stage),
    );

  /** What the run as a whole reads: runs above, and the object that it was started for. */
  const inputsOf = async (record: RunRecord): Promise<readonly Artifact[]> => {
    const above = await Promise.all(upstreamRunsOf(record).map((one) => wholeOf(one.pipeline, one.run)));
    return [...above.flat(), ...objectOf(record)];
  };
  const givers = ({ output: binding }: RunRecord): readonly string[] =>
    binding ? refsIn(binding).flatMap(({ source }) => (source.kind === 'stage' ? [source.stage] : [])) : [];

  const up = async (artifact: Artifact): Promise<readonly Artifact[]> => {
    if (artifact.at.kind === 'object') return artifactRun(artifact.at.url);
    const record = await recordOf(artifact);
    if (!record) return [];
    const stages = await stagesOf(`${record.pipeline} ${record.run}`);
    const stage = stages.find((one) => artifact.at.kind === 'output' && one.stage === artifact.at.stage);
    const objects = (of: readonly StageRecord[]) => of.flatMap(({ measured }) => (measured?.read ?? []).map(object));
    const children = async (of: readonly StageRecord[]) =>
      (await Promise.all(of.flatMap(({ child }) => (child ? [wholeOf(child.pipeline, child.run)] : [])))).flat();
    if (stage) {
      const needs = stages.filter((one) => stage.needs?.includes(one.stage)).map((one) => stageOf(record, one));
      return [
        ...needs,
        ...objects([stage]),
        ...(await children([stage])),
        // It is fed by what the run was given.
        ...(needs.length === 0 ? await inputsOf(record) : []),
      ];
    }
    if (byStage) {
      const given = givers(record);
      return stages
        .filter((one) => given.includes(one.stage) && one.status === 'completed')
        .map((one) => stageOf(record, one));
    }
    return [...(await inputsOf(record)), ...(await children(stages)), ...objects(stages)];
  };

  /** An artifact that a run wrote has the run in its name. */
  const artifactRun = async (url: string): Promise<readonly Artifact[]> => {
    const key = url.slice(`s3://${manifest.payloadBucket}/`.length);
    const [, pipeline, run] = /^artifacts\/([^/]+)\/[^/]+\/([^/]+)\//.exec(key) ?? [];
    return pipeline && run && url.startsWith(`s3://${manifest.payloadBucket}/`) ? wholeOf(pipeline, run) : [];
  };

  const down = async (artifact: Artifact): Promise<Neighbours> => {
    if (artifact.at.kind === 'object') return { artifacts: await startedBy(artifact.at.url) };
    const record = await recordOf(artifact);
    if (!record) return { artifacts: [] };
    const { stage } = artifact.at;
    const stages = await stagesOf(`${record.pipeline} ${record.run}`);
    const wrote = stages
      .filter((one) => stage === undefined || one.stage === stage)
      .flatMap(({ measured }) => (measured?.wrote ?? []).map(object));
    if (stage !== undefined) {
      const readers = stages.filter(({ needs }) => needs?.includes(stage)).map((one) => stageOf(record, one));
      const whole = givers(record).includes(stage) ? await wholeOf(record.pipeline, record.run) : [];
      return { artifacts: [...readers, ...whole, ...wrote] };
    }
    const parent = record.askedBy ? await wholeOf(record.askedBy.pipeline, record.askedBy.run) : [];
    const { artifacts, ...unseen } = await readersOf(record);
    return { artifacts: [...artifacts, ...parent, ...wrote], ...unseen };
  };

  /** The newest runs of partitions below that read this execution or another of the same run. */
  const readersOf = async (record: RunRecord): Promise<Neighbours> => {
    const names = new Set(Array.from({ length: record.generation ?? 1 }, (_, n) => executionName(record.run, n + 1)));
    const unseen: { [pipeline: string]: number } = {};
    const found = await Promise.all(
      manifest.pipelines.map(async (pipeline): Promise<readonly PartitionRecord[]> => {
        const below = await manifestOf(pipeline);
        const keys = await keysOf(below, record);
        if (keys.length > most) unseen[pipeline] = keys.length - most;
        const partitions = await ledger.runs.partitions(pipeline, keys.slice(-most));
        return partitions.filter(({ used }) => names.has(used?.[record.pipeline]?.[record.partition] ?? ''));
      }),
    );
    const runs = await Promise.all(found.flat().map(({ pipeline, run }) => wholeOf(pipeline, run)));
    return { artifacts: runs.flat(), ...(Object.keys(unseen).length > 0 ? { unseen } : {}) };
  };

  const keysOf = async (
    below: Awaited<ReturnType<Target['pipeline']>>,
    record: RunRecord,
  ): Promise<readonly string[]> => {
    const aliases = Object.entries(below.upstream).filter(([, name]) => name === record.pipeline);
    const keys = await Promise.all(
      aliases.map(async ([alias]) => {
        const { select } = below.uses?.[alias] ?? sameKey;
        const paired = pairingOf(below.partitions, (await manifestOf(record.pipeline)).partitions, select);
        return 'pairing' in paired ? keysBelow(paired.pairing, below.partitions, record.partition, now).keys : [];
      }),
    );
    return [...new Set(keys.flat())];
  };

  const startedBy = async (url: string): Promise<readonly Artifact[]> => {
    const runs = await Promise.all(manifest.pipelines.map((pipeline) => ledger.runs.latest(pipeline, searched)));
    return runs
      .flat()
      .filter((record) => objectOf(record).some(({ name }) => name === url))
      .map((record) =>
        output({ pipeline: record.pipeline, partition: record.partition, run: record.run }, madeBy(record)),
      );
  };

  const find = async (artifact: Artifact): Promise<Artifact> => {
    const { at } = artifact;
    if (at.kind === 'object') return artifact;
    const record = await recordOf(artifact);
    if (record && record.partition === at.partition) {
      if (at.stage === undefined) return output({ ...at, run: record.run }, madeBy(record));
      const stages = await stagesOf(`${record.pipeline} ${record.run}`);
      const stage = stages.find((one) => one.stage === at.stage);
      if (stage) return stageOf(record, stage);
      throw nothing(artifact.name, `a stage of the run ${record.run}: ${stages.map((one) => one.stage).join(', ')}`);
    }
    throw nothing(artifact.name, `a partition of ${at.pipeline} that was run`);
  };

  /** The partitions that were run of which one dimension was given. */
  const partsOfOne = async ({ at }: Artifact): Promise<readonly Artifact[]> => {
    if (at.kind === 'object' || at.run !== undefined) return [];
    const { partitions: spec } = await manifestOf(at.pipeline);
    const found = spec ? keysIn(spec, { from: at.partition, to: at.partition }, now) : { keys: [] };
    const keys = 'keys' in found ? found.keys : [];
    const run = await Promise.all(keys.map((partition) => newestOf(`${at.pipeline} ${partition}`)));
    return run.flatMap((record) => (record ? [output({ ...at, partition: record.partition })] : []));
  };

  return {
    up: async (artifact) => ({ artifacts: await up(artifact) }),
    down,
    find,
    findAll: async (artifact) => {
      const { at } = artifact;
      const isKnown = at.kind === 'object' || (await recordOf(artifact)) !== undefined;
      const parts = isKnown ? [] : await partsOfOne(artifact);
      return Promise.all((parts.length > 0 ? parts : [artifact]).map(find));
    },
  };
};

const nothing = (name: string, expected: string): CliError => {
  const [pipeline] = name.split('/');
  return new CliError(
    'HDL812',
    2,
    `there is no ${name}`,
    expected,
    `see npx heddle partitions ${pipeline}, or give --run`,
  );
};

/** The object that a run was started for. */
const objectOf = ({ trigger: { kind, detail } }: RunRecord): readonly Artifact[] =>
  kind === 'object' && detail.startsWith('s3://') ? [object(detail)] : [];
