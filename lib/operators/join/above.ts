// What there is of a partition's upstreams, and whether it is enough to start.
import {
  type JoinPolicy,
  keysAbove,
  type Pairing,
  type PartitionStanding,
  type PipelineManifest,
  pairingOf,
  sameKey,
  type UpstreamRun,
  type UpstreamUse,
} from '../../records/index.ts';
import { PermanentError } from '../../support/run-errors.ts';
import type { Services } from '../services.ts';

/** One upstream of a partition. */
export interface Above {
  readonly alias: string;
  readonly pipeline: string;
  readonly use: UpstreamUse;
  readonly there: readonly UpstreamRun[];
  readonly lacking: readonly PartitionStanding[];
}

export const useOf = ({ uses }: PipelineManifest, alias: string): UpstreamUse => uses?.[alias] ?? sameKey;

/** Every policy that a pipeline waits by. */
export const policiesOf = (manifest: PipelineManifest): readonly JoinPolicy[] => [
  ...(manifest.join ? [manifest.join] : []),
  ...Object.keys(manifest.upstream).map((alias) => useOf(manifest, alias)),
];

/** Throws PermanentError HDL449 where partitions do not go together, as after a deployment of one of the two alone. */
export const pairingWith = async (manifest: PipelineManifest, alias: string, services: Services): Promise<Pairing> => {
  const name = manifest.upstream[alias] ?? alias;
  const { select } = useOf(manifest, alias);
  if (select.length === 0 && !manifest.partitions) return { kind: 'whole' };
  const above = await services.manifests.of(name);
  const paired = pairingOf(manifest.partitions, above?.partitions, select);
  if ('pairing' in paired) return paired.pairing;
  throw new PermanentError(
    `HDL449 partitions of ${manifest.pipeline} and of its upstream ${name} do not go together: ${paired.problem}. Fix: deploy both`,
  );
};

/** `freshOnly`: what is complete but stale counts as lacking. */
export const readAbove = async (
  partition: string,
  manifest: PipelineManifest,
  services: Services,
  freshOnly: boolean,
): Promise<readonly Above[]> => {
  const standings = services.ledger.standings();
  const all: Above[] = [];
  for (const [alias, pipeline] of Object.entries(manifest.upstream)) {
    const keys = keysAbove(await pairingWith(manifest, alias, services), partition);
    const there: UpstreamRun[] = [];
    const lacking: PartitionStanding[] = [];
    for (const standing of await standings.of(pipeline, keys)) {
      const { record, state } = standing;
      if (record?.status === 'completed' && !(freshOnly && state === 'stale'))
        there.push({ pipeline, run: record.run, partition: standing.partition, generation: record.generation ?? 1 });
      else lacking.push(standing);
    }
    all.push({ alias, pipeline, use: useOf(manifest, alias), there, lacking });
  }
  return all;
};

/** Why it is not enough yet; undefined when it is. `isOver` tells of a policy whether its deadline has passed. */
export const lackIn = (
  all: readonly Above[],
  join: JoinPolicy | undefined,
  isOver: (policy: JoinPolicy) => boolean,
): string | undefined => {
  const [first] = all;
  if (!first) return undefined;
  const lacks = all.filter(
    ({ use, there, lacking }) => !(there.length > 0 && (use.need === 'any' || lacking.length === 0)) && !isOver(use),
  );
  const isEnough = lacks.length === 0 || (join?.need === 'any' && lacks.length < all.length) || (join && isOver(join));
  if (isEnough && all.some(({ there }) => there.length > 0)) return undefined;
  return lackWords(lacks[0] ?? first);
};

const lackWords = ({ pipeline, lacking }: Above): string => {
  const [first, ...more] = lacking;
  if (!first) return `upstream ${pipeline} has no partition that it reads`;
  const { record, state, because } = first;
  const how = state === 'stale' ? state : (record?.status ?? 'missing');
  const others = more.length > 0 ? ` and for ${more.length} more` : '';
  return `upstream ${pipeline} is ${how} for partition ${first.partition}${others}${state === 'stale' ? `: ${because}` : ''}`;
};
