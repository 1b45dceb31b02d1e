import type { Diagnostic, HandledNode, Pool } from '../../definition/index.ts';
import { poolLimits } from '../../definition/index.ts';
import { canonicalJson } from '../../support/canonical-json.ts';
import { poolUsersOf } from '../pools.ts';
import { jsonSchemaOf, schemaAt } from '../schema.ts';
import type { Rule } from './rule.ts';
import { isWhole } from './wording.ts';

/** Slots stand in one item of the ledger, which every write of it writes as a whole. */
const mostSlots = 1_000;
/** Each call of a handler may write that item, which bears a thousand writes a second. */
const mostCallsASecond = 500;
const longestPerSeconds = 86_400;

/**
 * HDL700: a pool has no slots and no rate, or limits that are none: slots, calls and the rate's window are 1 or more, slots and calls
 * whole numbers, the window up to a day. Fix: set such as { slots: 4, rate: { per: '1s', calls: 5 } }.
 *
 * HDL701: two pools have one name and other limits, so each would hold who uses the other. Fix: define it once and import it, or
 * rename one.
 *
 * HDL702: a pool is to have more than 1,000 slots or 500 calls a second, which is more than its item in the ledger bears. Fix: give it
 * a key, make several pools, or set less.
 *
 * HDL703: a pool's key is no field of the input of a stage that uses it. Fix: name a field that the contract has, or add it.
 *
 * HDL704: a map uses a pool with a key, and its batches hold more than one item, which may have different keys. Fix: set batch: 1.
 */
export const poolsArePossible: Rule = ({ graph: { pipeline, handled }, all }) => {
  const first = new Map<string, { readonly pool: Pool; readonly at: string }>();
  for (const one of [...all, pipeline])
    for (const { stage, pool } of poolUsersOf(one))
      if (!first.has(pool.name)) first.set(pool.name, { pool, at: `${one.name}.${stage}` });
  return handled.flatMap(({ id, node }) => {
    const at = `${pipeline.name}.${id}`;
    const used = new Set([...(node.pool ? [node.pool] : []), ...(node.stage.pools ?? [])]);
    return [...used].flatMap((pool) => problemsOf(pool, at));

    function problemsOf(pool: Pool, at: string): readonly Diagnostic[] {
      const known = first.get(pool.name);
      const differs = known && canonicalJson(limitsOf(known.pool)) !== canonicalJson(limitsOf(pool));
      const problems = [
        ...limitProblems(pool),
        ...(pool === node.pool ? useProblems(node, pool) : []),
        ...(differs
          ? [
              problem(
                'HDL701',
                `the pool ${pool.name} is ${described(pool)} here, but ${described(known.pool)} where ${known.at} uses it`,
                'define it once and import it, or rename one',
              ),
            ]
          : []),
      ];
      return problems.map((one): Diagnostic => ({ ...one, at, severity: 'error' }));
    }
  });
};

type Problem = Pick<Diagnostic, 'code' | 'message' | 'fix'>;
const problem = (code: string, message: string, fix: string): Problem => ({ code, message, fix });

const limitsOf = (pool: Pool) => ({ ...poolLimits(pool), key: pool.key ?? '' });

const described = ({ slots, rate, key, agingSeconds }: Pool): string =>
  [
    ...(slots === undefined ? [] : [`${slots} slots`]),
    ...(rate === undefined ? [] : [`${rate.calls} calls in ${rate.perSeconds} s`]),
    ...(key === undefined ? [] : [`for each ${key}`]),
    ...(agingSeconds === undefined ? [] : [`with priority, aging ${agingSeconds} s`]),
  ].join(', ') || 'without limits';

const limitProblems = (pool: Pool): readonly Problem[] => {
  const { name, slots, rate } = pool;
  if (slots === undefined && rate === undefined)
    return [problem('HDL700', `the pool ${name} has no slots and no rate, so it limits nothing`, 'set slots or rate')];
  const found: Problem[] = [];
  if (slots !== undefined && !isWhole(slots, 1, Number.MAX_SAFE_INTEGER))
    found.push(problem('HDL700', `the pool ${name} has ${slots} slots`, 'set a whole number, 1 or more'));
  else if (slots !== undefined && slots > mostSlots)
    found.push(
      problem(
        'HDL702',
        `the pool ${name} has ${slots} slots, but one pool holds ${mostSlots}`,
        'give it a key, make several pools, or set less',
      ),
    );
  if (rate === undefined) return found;
  const { perSeconds, calls } = rate;
  if (!isWhole(calls, 1, Number.MAX_SAFE_INTEGER))
    found.push(problem('HDL700', `the pool ${name} has a rate of ${calls} calls`, 'set a whole number, 1 or more'));
  if (!(perSeconds >= 1 && perSeconds <= longestPerSeconds))
    found.push(problem('HDL700', `the pool ${name} counts calls in ${perSeconds} s`, "set per from '1s' to '1d'"));
  else if (calls / perSeconds > mostCallsASecond)
    found.push(
      problem(
        'HDL702',
        `the pool ${name} has ${calls / perSeconds} calls a second, but one pool gives ${mostCallsASecond}`,
        'give it a key, make several pools, or set less',
      ),
    );
  return found;
};

const useProblems = (node: HandledNode, { name, key }: Pool): readonly Problem[] => {
  if (key === undefined) return [];
  const found = schemaAt(jsonSchemaOf(node.stage.input, 'input'), [key]);
  return [
    ...('missing' in found
      ? [
          problem(
            'HDL703',
            `the pool ${name} has limits for each ${key}, which is no field of the input of ${node.stage.name}`,
            `name a field that it has, or add ${key} to its input`,
          ),
        ]
      : []),
    ...(node.kind === 'map' && node.batch !== 1
      ? [
          problem(
            'HDL704',
            `the pool ${name} has limits for each ${key}, but a batch holds ${node.batch} items`,
            'set batch: 1',
          ),
        ]
      : []),
  ];
};
