// How long a run takes on its longest path, from what is known of its stages.
import type { Node } from '../definition/index.ts';
import { canonicalGraph, type Level, type PipelineGraph } from '../graph/index.ts';
import type { KnownStage } from './estimate/facts.ts';

/**
 * `declared`: what a run takes for certain if all is as its author expects, and the shorter branch is taken. `usual`: the
 * same with what is assumed where nothing is declared, and the longer branch. `at most`: every stage, tried once, to its
 * timeout, and every wait at its longest.
 */
export type Pace = 'declared' | 'usual' | 'at most';

export interface LongestPath {
  readonly seconds: number;
  /** The stage with the greatest part in it; undefined when no time is known of any. */
  readonly stage: string | undefined;
}

interface Path extends LongestPath {
  /** The part of `stage`. */
  readonly part: number;
}
const none: Path = { seconds: 0, stage: undefined, part: 0 };

export const longestPath = (graph: PipelineGraph, facts: ReadonlyMap<string, KnownStage>, pace: Pace): LongestPath =>
  pathOf(canonicalGraph(graph).root, facts, pace);

/** The nodes of a canonical level come after those that they need. */
const pathOf = ({ nodes }: Level, facts: ReadonlyMap<string, KnownStage>, pace: Pace): Path => {
  const ended = new Map<string, Path>();
  for (const { id, node, needs, onTrue, onFalse } of nodes) {
    const before = longer(needs.map((need) => ended.get(need) ?? none));
    const branches = [onTrue, onFalse].flatMap((level) => (level ? [pathOf(level, facts, pace)] : []));
    const seconds = secondsOf(node, facts.get(id), pace);
    const own = branches.length > 0 ? taken(branches, pace) : { seconds, stage: id, part: seconds };
    const most = own.part > before.part ? own : before;
    ended.set(id, { ...most, seconds: before.seconds + own.seconds });
  }
  return longer([...ended.values()]);
};

const longer = (paths: readonly Path[]): Path =>
  paths.reduce((best, each) => (each.seconds > best.seconds ? each : best), none);

const taken = (branches: readonly Path[], pace: Pace): Path =>
  pace === 'declared' ? branches.reduce((best, each) => (each.seconds < best.seconds ? each : best)) : longer(branches);

const secondsOf = (node: Node, known: KnownStage | undefined, pace: Pace): number => {
  if (node.kind === 'wait') {
    if (node.wait.kind === 'for') return node.wait.seconds;
    return pace === 'at most' ? node.wait.atMostSeconds : 0;
  }
  if (node.kind === 'service') return pace === 'at most' ? node.timeoutSeconds : 0;
  if (!known) return 0;
  const call = {
    declared: known.isDurationAssumed ? 0 : known.seconds,
    usual: known.seconds,
    'at most': known.timeoutSeconds + (known.fallback?.timeoutSeconds ?? 0),
  }[pace];
  if (node.kind !== 'map') return call;
  const rounds = Math.ceil(known.batches / node.concurrency);
  return call * (pace === 'declared' && known.areItemsAssumed ? Math.min(1, rounds) : rounds);
};
