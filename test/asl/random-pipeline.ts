// Random pipelines for property tests, grown from a list of whole numbers so that fast-check can shrink them.
import fc from 'fast-check';
import { and, eq, type Flow, gt, lt, not, or, type Pipeline, type Ref } from '../../lib/definition/index.ts';
import type { World } from './interpreter.ts';
import { child, type Numbers, numbers, pipelineOf, stage } from './sample.ts';

export interface RandomPipeline {
  readonly pipeline: Pipeline;
  readonly world: World;
}

interface Value {
  readonly n: Ref<number>;
  readonly list: Ref<readonly number[]>;
  /** For `after`, where it is a stage's or a choice's. */
  readonly whole?: Ref<unknown>;
}

const grow = (genes: readonly number[]): RandomPipeline => {
  let used = 0;
  const next = (below: number): number => (genes[used++] ?? 0) % below;
  const outputs = new Map<string, Numbers | { readonly count: number; readonly outputs: readonly number[] }>();
  const failing = new Set<string>();
  let ids = 0;
  let suffix = ''; // what the round around adds to the names in it

  const block = (
    flow: Flow<Numbers, { readonly before: Numbers }>,
    around: readonly Value[],
    depth: number,
  ): Value[] => {
    const seen = [...around];
    const pick = (): Value => seen[next(seen.length)] ?? { n: flow.input.n, list: flow.input.list };
    const give = (value: Value): void => {
      seen.push(value);
    };
    const options = (id: string) => {
      const after = next(4) === 0 ? pick().whole : undefined;
      return { id, ...(after ? { after: [after] } : {}) };
    };
    const onFailure = <T>(value: T) => {
      const kind = next(6);
      return kind > 1 ? {} : { onFailure: kind === 0 ? ('skip' as const) : { value } };
    };
    for (let left = 1 + next(depth === 0 ? 9 : 3); left > 0; left--) {
      ids += 1;
      const kind = next(11);
      if (kind === 5 && depth < 3) {
        const [one, other] = [pick(), pick()];
        const atom = next(2) === 0 ? gt(one.n, next(3)) : eq(one.n, other.n);
        const condition = [atom, not(atom), and(atom, lt(other.n, 2)), or(atom, gt(other.n, one.n))][next(4)] ?? atom;
        const branch = () => {
          const inside = block(flow, seen, depth + 1).at(-1);
          return next(3) === 0 || !inside ? { n: 2, list: [1, 2, 3] } : { n: inside.n, list: inside.list };
        };
        const chosen = flow.choose(condition, branch, branch, { id: `c${ids}` });
        give({ n: chosen.n, list: chosen.list, whole: chosen });
        continue;
      }
      if (kind === 3 && depth === 0 && next(3) === 0) {
        const threshold = next(3);
        const start = pick();
        let rounds = 0;
        const repeated = flow.repeat(
          `r${ids}`,
          {
            initial: { n: start.n, list: start.list },
            until: ({ n }) => gt(n, threshold),
            atMost: 1 + next(3),
          },
          (state) => {
            rounds += 1;
            suffix = `Round${rounds}`;
            const inside = block(flow, [...seen, { n: state.n, list: state.list }], depth + 2).at(-1);
            return inside ? { n: inside.n, list: inside.list } : state;
          },
        );
        suffix = '';
        give({ n: repeated.state.n, list: repeated.state.list });
        continue;
      }
      const id = `s${ids}`;
      const named = `${id}${suffix}`;
      if (kind === 7) {
        const { n, list } = pick();
        const severity = next(2) === 0 ? 'warn' : 'fail';
        give({ n, list, whole: flow.check(id, gt(n, next(3)), { severity, ...options(id) }) });
        continue;
      }
      if (next(4) === 3) failing.add(named);
      if (kind === 10) {
        outputs.set(named, { n: next(4), list: [] });
        const { n, list } = flow.service(id, {
          service: 'aws-sdk:dynamodb:listTables',
          arguments: { Limit: pick().n },
          resources: ['arn:aws:dynamodb:us-east-1:123456789012:table/ledger'],
          output: numbers,
          ...options(id),
        });
        give({ n, list });
        continue;
      }
      if (kind === 9) {
        outputs.set(named, { n: next(4), list: [] });
        const input = { n: pick().n, list: [] };
        const { n, list } = flow.run(child, input, { timeout: '1h', ...options(id) });
        give({ n, list });
        continue;
      }
      if (kind === 8) {
        const { n, list } = pick();
        outputs.set(named, { n: next(4), list: [] });
        const heartbeat = next(2) === 0 ? { heartbeat: '3h' as const } : {};
        const question = { prompt: 'well?', show: { n: pick().n }, answer: numbers, timeout: '1d' as const };
        const answer = flow.approve(id, { ...question, ...heartbeat, ...options(id) });
        give(next(2) === 0 ? { n, list, whole: answer } : { n: answer.n, list, whole: answer });
        continue;
      }
      if (kind === 6) {
        const time = next(2) === 0 ? { for: '1h' as const } : { until: '2026-01-01T01:00:00Z' };
        const { n, list } = pick();
        give({ n, list, whole: flow.wait(id, time, options(id)) });
        continue;
      }
      if (kind === 4 && next(3) === 0) {
        // A small graph for each item: every stage reads some of those before it.
        const { list } = pick();
        const named = (place: number) => ({ id: `${id}p${place}` });
        const size = 1 + next(4);
        const mapped = flow.each(list, (item, one) => {
          const said: Ref<Numbers>[] = [];
          for (let place = 0; place < size; place += 1) {
            const { id: name } = named(place);
            outputs.set(`${name}${suffix}`, { count: next(4), outputs: Array.from({ length: next(60) }, () => 0) });
            if (next(4) === 3) failing.add(`${name}${suffix}`);
            const reads = said.filter(() => next(2) === 0).map((ref) => ref.n);
            const after = said.filter(() => next(5) === 0);
            said.push(one.task(stage('each'), { item, reads, with: pick().n }, { ...named(place), after }));
          }
          return said[next(size)] as Ref<Numbers>; // as many as there are
        });
        give({ n: mapped.count, list: mapped.outputs as unknown as Ref<readonly number[]>, whole: mapped });
        continue;
      }
      if (kind === 4) {
        const listed = pick();
        outputs.set(named, { count: next(4), outputs: Array.from({ length: next(60) }, () => 0) });
        const mapped = flow.map(stage('each'), listed.list, (item) => ({ item, with: pick().n }), {
          ...options(id),
          ...onFailure([0, 0].map((n) => ({ n, list: [] }))),
        });
        // A map's outputs are numbers in this world, whatever the contract of `each` says.
        give({ n: mapped.count, list: mapped.outputs as unknown as Ref<readonly number[]>, whole: mapped });
      } else {
        outputs.set(named, { n: next(4), list: Array.from({ length: [0, 1, 25, 26, 60][next(5)] ?? 0 }, () => 0) });
        const fallback = next(4) === 0 ? { fallback: stage('other') } : {};
        if (next(2) === 0) failing.add(`${named}.fallback`);
        const done = flow.task(
          stage('one'),
          { a: pick().n, b: [pick().n, 'c'], text: '${x}' },
          { ...options(id), ...fallback, ...onFailure({ n: 2, list: [0, 0] }) },
        );
        give({ n: done.n, list: done.list, whole: done });
      }
    }
    return seen.slice(around.length);
  };

  const pipeline = pipelineOf((flow) => {
    const { before } = flow.upstream;
    const last = block(
      flow,
      [
        { n: flow.input.n, list: flow.input.list },
        { n: before.n, list: before.list },
      ],
      0,
    ).at(-1);
    return last ? { n: last.n } : { n: 0 };
  });
  const numbersOf = (length: number, n: number): Numbers => ({ n, list: Array.from({ length }, () => 0) });
  return { pipeline, world: { outputs, failing, input: numbersOf(26, 1), upstream: numbersOf(30, 2) } };
};

export const randomPipeline = fc.array(fc.nat({ max: 839 }), { maxLength: 160, size: 'max' }).map(grow);
