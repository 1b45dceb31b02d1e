// What the attempts at a stage used, and what they told of it: recorded by the write that settles it. Zeros are left out.
import { totalUsage, type Usage } from './usage.ts';

/** Answers of one model. */
export interface ModelUse {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input tokens, those that the provider had cached. */
  readonly cachedTokens?: number;
  /** Where the handler said what it paid. @default by the table of prices */
  readonly dollars?: number;
  /** Versions of prompts, for lineage. */
  readonly prompts?: readonly string[];
}

/** Calls of a service outside, as the handler declared them. */
export interface DeclaredCalls {
  readonly count: number;
  /** Where the handler said what it paid. @default by the table of prices */
  readonly dollars?: number;
}

/** Over all attempts at a stage, failed ones too, in every execution of its run. An attempt that was killed could tell nothing. */
export interface Spent {
  readonly usage: Partial<Usage>;
  readonly models?: { readonly [model: string]: ModelUse };
  readonly calls?: { readonly [service: string]: DeclaredCalls };
}

/** A limit of a score: a value that is worse trips it. */
export interface ScoreLimit {
  readonly below?: number;
  readonly above?: number;
}

/** All values of one score that a stage gave where it was done, or blocked by it; not in tries that failed. Its mean is `sum / count`. */
export interface ScoreSummary {
  readonly count: number;
  readonly sum: number;
  /** The sum of squares, for the spread. */
  readonly squares: number;
  readonly min: number;
  readonly max: number;
  readonly warn?: ScoreLimit;
  readonly block?: ScoreLimit;
  /** Values past a limit. */
  readonly warned?: number;
  readonly blocked?: number;
}

export type Scores = { readonly [name: string]: ScoreSummary };

/** How an attempt went that settled its record. Of a map: of its batches together, the most of what is not a sum. */
export interface Measured {
  /** From when all that it needed was there until it was claimed. */
  readonly queuedMs?: number;
  /** Of JSON. */
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  /** Megabytes that the Lambda has, and the most that its sandbox had used by the end. */
  readonly memoryMb?: number;
  readonly usedMb?: number;
  /** By the wrapper's clock, the start of a cold sandbox included. */
  readonly billedMs?: number;
  /** Objects that the handler read and wrote through `store`: URLs, a few of them. */
  readonly read?: readonly string[];
  readonly wrote?: readonly string[];
}

/** One attempt. Without `ms` it is under way, or was killed. */
export interface Try {
  readonly at: string;
  readonly ms?: number;
  readonly error?: string;
}

/** What a stage or batch tells of itself when it is settled. */
export interface Telling {
  readonly spent?: Spent;
  readonly measured?: Measured;
  readonly scores?: Scores;
  /** Of a batch: those of items that they blocked, which count beside the others until such an item is done again. */
  readonly blockedScores?: Scores;
  readonly tries?: readonly Try[];
}

/** Attempts kept of one record: the last ones. */
export const mostTries = 20;

/** URLs kept of one record. */
export const mostObjects = 20;

const sum = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
const most = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
};
const total = (values: readonly (number | undefined)[]): number | undefined => values.reduce(sum, undefined);

/** Less the fields that say nothing. */
const stated = <T extends object>(facts: { readonly [field in keyof T]: T[field] | undefined }): T =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T; // the same fields, less those

const merged = <T>(
  parts: readonly ({ readonly [name: string]: T } | undefined)[],
  join: (one: T, other: T) => T,
): { readonly [name: string]: T } | undefined => {
  const all = new Map<string, T>();
  for (const part of parts)
    for (const [name, value] of Object.entries(part ?? {})) {
      const known = all.get(name);
      all.set(name, known === undefined ? value : join(known, value));
    }
  return all.size > 0 ? Object.fromEntries(all) : undefined;
};

export const joinModels = (one: ModelUse, other: ModelUse): ModelUse =>
  stated<ModelUse>({
    calls: one.calls + other.calls,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    cachedTokens: sum(one.cachedTokens, other.cachedTokens),
    dollars: sum(one.dollars, other.dollars),
    prompts:
      one.prompts || other.prompts ? [...new Set([...(one.prompts ?? []), ...(other.prompts ?? [])])] : undefined,
  });

export const joinCalls = (one: DeclaredCalls, other: DeclaredCalls): DeclaredCalls =>
  stated<DeclaredCalls>({ count: one.count + other.count, dollars: sum(one.dollars, other.dollars) });

/** Of equal scores, the newer limits hold. */
export const joinScores = (one: ScoreSummary, other: ScoreSummary): ScoreSummary =>
  stated<ScoreSummary>({
    count: one.count + other.count,
    sum: one.sum + other.sum,
    squares: one.squares + other.squares,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
    warn: other.warn ?? one.warn,
    block: other.block ?? one.block,
    warned: sum(one.warned, other.warned),
    blocked: sum(one.blocked, other.blocked),
  });

/** Counts of what is billed, less the zeros, to a millionth. */
export const compactUsage = (usage: Partial<Usage>): Partial<Usage> => {
  const compact: { -readonly [field in keyof Usage]?: number } = {};
  for (const field in usage) {
    const count = usage[field as keyof Usage]; // it is one of its own
    if (count) compact[field as keyof Usage] = Math.round(count * 1e6) / 1e6;
  }
  return compact;
};

export const sumSpent = (parts: readonly (Spent | undefined)[]): Spent => {
  const told = parts.filter((part) => part !== undefined);
  return stated<Spent>({
    usage: compactUsage(totalUsage(told.map(({ usage }) => ({ usage, times: 1 })))),
    models: merged(
      told.map(({ models }) => models),
      joinModels,
    ),
    calls: merged(
      told.map(({ calls }) => calls),
      joinCalls,
    ),
  });
};

export const sumScores = (parts: readonly (Scores | undefined)[]): Scores | undefined => merged(parts, joinScores);

const objects = (lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined => {
  const all = [...new Set(lists.flatMap((list) => list ?? []))];
  return all.length > 0 ? all.slice(0, mostObjects) : undefined;
};

/** What the batches of a map tell of the whole. */
export const sumTellings = (parts: readonly Telling[]): Telling => {
  const measured = parts.flatMap((part) => (part.measured ? [part.measured] : []));
  const spent = parts.some((part) => part.spent) ? sumSpent(parts.map((part) => part.spent)) : undefined;
  return stated<Telling>({
    spent,
    scores: sumScores(parts.flatMap(({ scores, blockedScores }) => [scores, blockedScores])),
    blockedScores: undefined,
    tries: undefined,
    measured:
      measured.length === 0
        ? undefined
        : stated<Measured>({
            queuedMs: most(measured.map(({ queuedMs }) => queuedMs)),
            bytesIn: total(measured.map(({ bytesIn }) => bytesIn)),
            bytesOut: total(measured.map(({ bytesOut }) => bytesOut)),
            memoryMb: most(measured.map(({ memoryMb }) => memoryMb)),
            usedMb: most(measured.map(({ usedMb }) => usedMb)),
            billedMs: total(measured.map(({ billedMs }) => billedMs)),
            read: objects(measured.map(({ read }) => read)),
            wrote: objects(measured.map(({ wrote }) => wrote)),
          }),
  });
};
