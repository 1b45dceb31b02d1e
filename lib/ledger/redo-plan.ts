// What a resume does with each stage, and why. Pure: from the stages' records and what is deployed now.
import type { ResumeOrder, StageRecord } from '../records/index.ts';

/** What a stage's function has in it now; undefined for a stage that has none, or is gone. */
export type Deployed = ReadonlyMap<string, { readonly code: string; readonly contract: string }>;

export interface RedoFacts {
  readonly records: readonly StageRecord[];
  /** Ids of the stages that the definition has now. */
  readonly stages: readonly string[];
  readonly deployed: Deployed;
  /** Stages whose stored output is gone from the bucket. */
  readonly lost: ReadonlySet<string>;
  /** The definition is not the one of the run any more: a map may be cut into other batches. */
  readonly redefined: boolean;
  /** Stages whose result was undone when the run failed. */
  readonly undone?: ReadonlySet<string>;
  /** Stages that were to be undone then, which failed. */
  readonly standing?: ReadonlySet<string>;
  /** The stage to begin at, whatever it gave before. */
  readonly from: string | undefined;
}

export interface PlannedRedo {
  readonly stage: string;
  /** `again` and `items` for what is done again, `reused` for what gives its stored result, `runs` for what has none. */
  readonly does: 'reused' | 'again' | 'items' | 'below' | 'runs';
  readonly why: string;
}

const isMap = ({ items }: StageRecord): boolean => items !== undefined;

/** The plan, in the order of the definition. */
export const planRedo = (facts: RedoFacts): readonly PlannedRedo[] => {
  const records = new Map(facts.records.map((record) => [record.stage, record]));
  const first = new Map<string, PlannedRedo>();
  for (const record of facts.records) {
    const plan = firstOf(record, facts);
    if (plan) first.set(record.stage, plan);
  }
  const below = belowOf(new Set(first.keys()), facts.records);
  return facts.stages.map((stage): PlannedRedo => {
    const record = records.get(stage);
    const root = below.get(stage);
    const planned = first.get(stage);
    if (planned) return planned;
    if (!record) return { stage, does: 'runs', why: 'it has not begun' };
    if (record.status === 'skipped') return { stage, does: 'runs', why: `it was skipped: ${record.reason ?? ''}` };
    if (root !== undefined)
      return { stage, does: 'below', why: `${root} comes before it: again, unless its input stays the same` };
    return { stage, does: 'reused', why: reusedBecause(record, facts) };
  });
};

/** Why a stage is to be done again for its own sake. */
const firstOf = (record: StageRecord, facts: RedoFacts): PlannedRedo | undefined => {
  const { deployed, lost, from, redefined, undone } = facts;
  const { stage, status, error, cause, items, fingerprint } = record;
  if (stage === from) return { stage, does: 'again', why: 'it was asked for' };
  if (undone?.has(stage)) return { stage, does: 'again', why: 'it was undone when the run failed' };
  // With an error it was not skipped for another's sake: it failed, and its `onFailure` made that of it.
  const failed = status === 'failed' || (status === 'skipped' && error !== undefined);
  if (!failed && (status === 'skipped' || status === 'completed')) {
    const contract = deployed.get(stage)?.contract;
    if (status === 'completed' && fingerprint && contract !== undefined && contract !== fingerprint.contract)
      return { stage, does: 'again', why: 'its contract has changed' };
    if (status === 'completed' && lost.has(stage)) return { stage, does: 'again', why: 'its stored output is gone' };
    return undefined;
  }
  const why = failed ? `it failed: ${error ?? ''}: ${cause ?? ''}` : `it was ${status}`;
  if (isMap(record) && redefined)
    return { stage, does: 'again', why: `${why}; the definition has changed since, so all its items run` };
  return isMap(record)
    ? { stage, does: 'items', why: `${why}; ${items?.completed ?? 0} items keep their outcomes` }
    : { stage, does: 'again', why };
};

const reusedBecause = (
  { stage, fingerprint, substituted }: StageRecord,
  { deployed, standing }: Pick<RedoFacts, 'deployed' | 'standing'>,
): string => {
  const code = deployed.get(stage)?.code;
  if (substituted) return 'onFailure gave its value';
  if (standing?.has(stage)) return 'completed, and it could not be undone: look at what it left; --from runs it again';
  if (code !== undefined && fingerprint && code !== fingerprint.code)
    return 'completed; its code has changed since: --from runs it again';
  return 'completed';
};

/**
 * The stages that hang on what `roots` give, each with one root above it. A stage that reads the outcome of a `choose`, or
 * whose record does not say what it reads, is taken to hang on every root that it is not itself above.
 */
export const belowOf = (roots: ReadonlySet<string>, records: readonly StageRecord[]): ReadonlyMap<string, string> => {
  const byStage = new Map(records.map((record) => [record.stage, record]));
  const above = new Map([...roots].map((root) => [root, ancestorsOf(root, byStage)]));
  const reached = new Map<string, string>([...roots].map((root) => [root, root]));
  for (let grew = true; grew; ) {
    grew = false;
    for (const { stage, needs, choices = [] } of records) {
      if (reached.has(stage)) continue;
      const giver = needs?.find((need) => reached.has(need));
      const unsure = !needs || choices.length > 0;
      const root = giver
        ? reached.get(giver)
        : unsure
          ? [...roots].find((one) => !above.get(one)?.has(stage))
          : undefined;
      if (root === undefined) continue;
      reached.set(stage, root);
      grew = true;
    }
  }
  for (const root of roots) reached.delete(root);
  return reached;
};

const ancestorsOf = (stage: string, records: ReadonlyMap<string, StageRecord>): ReadonlySet<string> => {
  const found = new Set<string>();
  const open = [stage];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const need of records.get(next)?.needs ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      open.push(need);
    }
  }
  return found;
};

/** The part of an order that a plan makes. */
export const orderOf = (plan: readonly PlannedRedo[]): Pick<ResumeOrder, 'again' | 'below' | 'items'> => {
  const doing = (does: PlannedRedo['does']) => plan.filter((one) => one.does === does).map(({ stage }) => stage);
  return {
    again: doing('again'),
    below: doing('below'),
    items: Object.fromEntries(doing('items').map((stage) => [stage, 'failed'])),
  };
};
