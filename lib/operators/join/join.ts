// The runs above that a run reads from, and what of them makes two messages the same request.
import {
  executionName,
  isList,
  isRelaxed,
  type PartitionRecord,
  type PipelineManifest,
  type RunRecord,
  type UpstreamRun,
} from '../../records/index.ts';
import { sha256 } from '../../support/sha256.ts';
import type { Services } from '../services.ts';
import { type Above, lackIn, policiesOf, readAbove } from './above.ts';
import { deadlines } from './deadline.ts';

export interface Joined extends Pick<RunRecord, 'upstream' | 'upstreamLists' | 'without'> {
  /** Of a start by upstreams. */
  readonly identity: string;
  /** The partition's own run, which was recorded but perhaps not started. */
  readonly again?: string;
  /** What there was, of a start whose identity does not say it: more of it may come. */
  readonly seen?: string;
}

/** `passing`: it may be otherwise before long, as what is lacking is under way. */
type Answer = Joined | { readonly reason: string; readonly passing?: boolean };

/** For a start that somebody asks for: what is stale is good enough, and nobody waits for a deadline. */
export const joinAsked = async (partition: string, manifest: PipelineManifest, services: Services): Promise<Answer> => {
  const all = await readAbove(partition, manifest, services, false);
  const reason = lackIn(all, manifest.join, ({ deadlineSeconds }) => deadlineSeconds !== undefined);
  if (reason === undefined) return { ...readFrom(all), identity: '' };
  return { reason, passing: all.some(({ lacking }) => lacking.some(({ state }) => state === 'running')) };
};

/**
 * For a start by upstreams. Where all must be complete, the runs above are its identity: the last of several to complete, or a
 * duplicate of its event, asks for the same run, and a re-run of any of them, or its being resumed, for a new one.
 */
export const joinTriggered = async (
  partition: string,
  manifest: PipelineManifest,
  by: string,
  services: Services,
): Promise<Answer> => {
  const all = await readAbove(partition, manifest, services, true);
  if (!policiesOf(manifest).some(isRelaxed)) {
    const reason = lackIn(all, undefined, () => false);
    return reason === undefined ? { ...readFrom(all), identity: identityOf(all) } : { reason };
  }
  const own = await services.ledger.runs.partition(manifest.pipeline, partition);
  const round = roundOf(own, all);
  if ('reason' in round || 'again' in round) return round;
  if (lackIn(all, manifest.join, () => false) === undefined)
    return { ...readFrom(all), identity: round.identity, seen: identityOf(all) };
  const after = own ? executionName(own.run, own.generation ?? 1) : '';
  const isOver = await deadlines(partition, manifest, services, { by, after });
  const reason = lackIn(all, manifest.join, isOver);
  if (reason === undefined) return { ...readFrom(all), identity: round.identity, seen: identityOf(all) };
  // What is stale is not waited for beyond the deadline.
  const stale = await readAbove(partition, manifest, services, false);
  const policies = policiesOf(manifest);
  if (!policies.some(isOver) || lackIn(stale, manifest.join, isOver) !== undefined) return { reason };
  return { ...readFrom(stale), identity: round.identity, seen: identityOf(stale) };
};

/**
 * A run that need not have all starts once, on what there is. What comes later makes it stale and starts nothing; only a newer run
 * of what it has read does. So its identity is not in what there is, which grows, but in what the run before has read.
 */
const roundOf = (
  own: PartitionRecord | undefined,
  all: readonly Above[],
): { readonly identity: string } | { readonly reason: string } | Joined => {
  if (!own) return { identity: 'first' };
  const read = all
    .flatMap(({ there }) => there)
    .filter(({ pipeline, partition = '' }) => own.used?.[pipeline]?.[partition]);
  const isNewer = read.some((above) => own.used?.[above.pipeline]?.[above.partition ?? ''] !== nameOf(above));
  if (isNewer) return { identity: sha256(read.map(nameOf).sort().join(' ')) };
  if (own.status === 'pending' && (own.generation ?? 1) === 1) return { again: own.run, identity: '', upstream: {} };
  return { reason: `${own.run} has gone on without it` };
};

const nameOf = ({ run, generation = 1 }: UpstreamRun): string => executionName(run, generation);

const identityOf = (all: readonly Above[]): string => {
  const names = all.flatMap(({ there }) => there.map(nameOf)).join(' ');
  return all.some(({ use }) => isList(use)) ? sha256(names) : names;
};

const readFrom = (all: readonly Above[]): Pick<RunRecord, 'upstream' | 'upstreamLists' | 'without'> => {
  const one = all.filter(({ use }) => !isList(use));
  const several = all.filter(({ use }) => isList(use));
  const lacking = all.filter(({ lacking }) => lacking.length > 0);
  return {
    upstream: Object.fromEntries(one.flatMap(({ alias, there: [run] }) => (run ? [[alias, run]] : []))),
    ...(several.length > 0
      ? { upstreamLists: Object.fromEntries(several.map(({ alias, there }) => [alias, there])) }
      : {}),
    ...(lacking.length > 0
      ? {
          without: Object.fromEntries(
            lacking.map(({ alias, pipeline, lacking }) => [
              alias,
              lacking.map(({ partition }) => ({ pipeline, partition })),
            ]),
          ),
        }
      : {}),
  };
};
