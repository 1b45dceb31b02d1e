import { isHandled, type Ladder, type StageNode } from '../../definition/index.ts';
import { expressSeconds } from '../../records/index.ts';
import { grouped, type LimitRule, placeOf } from './rule.ts';

/**
 * HDL238: the pauses of a retry ladder of an express pipeline come to more than the 5 minutes that AWS gives an Express execution
 * (those for throttling do as they are by default): the later attempts never come, and the run ends with its time instead of
 * with the stage's dead letter. A warning. Fix: allow fewer attempts, or set a smaller cap, as in
 * `retry: { throttled: { attempts: 5 } }`; leave `type` out where a stage must wait for longer.
 */
export const expressRetriesFit: LimitRule = (context) => {
  const { pipeline, stages } = context.graph;
  if (pipeline.type !== 'express') return [];
  const long = stages.flatMap(({ id, node }) => {
    const found = laddersOf(node).filter(({ ladder }) => pausesOf(ladder) > expressSeconds);
    return found.length > 0 ? [{ id, found }] : [];
  });
  const [first, ...others] = long;
  const [worst] = (first?.found ?? []).toSorted((a, b) => pausesOf(b.ladder) - pausesOf(a.ladder));
  if (!first || !worst) return [];
  const { name, ladder } = worst;
  const also = others.length > 0 ? `; so do those of ${others.map(({ id }) => id).join(', ')}` : '';
  const fewer = `attempts: ${attemptsWithin(ladder, expressSeconds / 2)}`;
  return [
    {
      code: 'HDL238',
      severity: 'warning',
      at: placeOf(context, first.id),
      message: `the pipeline is express, but the pauses between the ${ladder.attempts} attempts ${name === 'throttled' ? 'after throttling ' : ''}come to up to ${grouped(pausesOf(ladder))} s, and AWS ends an Express execution after ${expressSeconds} s${also}`,
      fix: `allow fewer, as in retry: { ${name === undefined ? fewer : `${name}: { ${fewer} }`} }, or leave type: 'express' out`,
    },
  ];
};

interface Named {
  /** Undefined for the ladder of transient errors, whose fields are the policy's own. */
  readonly name: 'throttled' | 'exhausted' | undefined;
  readonly ladder: Ladder;
}

const laddersOf = (node: StageNode): readonly Named[] => {
  const policies = isHandled(node)
    ? [node.stage.retry, ...(node.kind === 'task' && node.fallback ? [node.fallback.retry] : [])]
    : node.kind === 'service'
      ? [node.retry]
      : [];
  return policies.flatMap((policy) => [
    { name: undefined, ladder: policy },
    { name: 'throttled', ladder: policy.throttled } as const,
    { name: 'exhausted', ladder: policy.exhausted } as const,
  ]);
};

/** Each may be a random share of it, where the ladder is jittered. */
const pausesIn = ({ attempts, intervalSeconds, backoff, capSeconds }: Ladder): readonly number[] =>
  Array.from({ length: attempts - 1 }, (_, n) => Math.min(intervalSeconds * backoff ** n, capSeconds));

const pausesOf = (ladder: Ladder): number => pausesIn(ladder).reduce((sum, pause) => sum + pause, 0);

/** The most whose pauses come to no more than so many seconds; one more than the first at least. */
const attemptsWithin = (ladder: Ladder, seconds: number): number => {
  let passed = 0;
  const fitting = pausesIn(ladder).filter((pause) => {
    passed += pause;
    return passed <= seconds;
  });
  return Math.max(2, 1 + fitting.length);
};
