// What one attempt uses and tells: counted while it works, recorded by the write that settles it.
import { type Metered, metered } from '../ledger/index.ts';
import {
  compactUsage,
  inlineLimitBytes,
  joinCalls,
  joinModels,
  joinScores,
  type Measured,
  type ModelUse,
  mostObjects,
  mostTries,
  type ScoreLimit,
  type ScoreSummary,
  type Scores,
  type Spent,
  sumScores,
  sumSpent,
  type Telling,
  type Try,
} from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';
import { PermanentError } from '../support/run-errors.ts';
import { usedMb } from './memory.ts';

/** Says what the work costs besides AWS's own. It is kept also where the attempt fails afterwards. */
export interface Cost {
  /**
   * Calls of a service outside: `cost.add('crm', 1)`. Dollars, of all of them together, where you know; else `heddle cost` has
   * them from the table of prices.
   */
  add(service: string, count?: number, options?: { readonly dollars?: number }): void;
  /** One answer of a model: `cost.model({ model: 'nova-lite', inputTokens: 900, outputTokens: 120, prompt: 'v3' })`. */
  model(answer: ModelAnswer): void;
}

export interface ModelAnswer {
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input tokens, those that the provider had cached. @default 0 */
  readonly cachedTokens?: number;
  /** The version of the prompt, for lineage. @default not said */
  readonly prompt?: string;
  /** @default by the table of prices */
  readonly dollars?: number;
}

/** `score('faithful', 0.83, { warn: { below: 0.8 }, block: { below: 0.6 } })`. */
export type Score = (name: string, value: number, limits?: ScoreLimits) => void;

export interface ScoreLimits {
  /** Past it, the stage completes with a warning. */
  readonly warn?: ScoreLimit;
  /** Past it, the stage (of a map: the item) fails for good, and what depends on it is skipped. */
  readonly block?: ScoreLimit;
}

export interface Meter {
  /** Whose calls are counted. */
  readonly aws: Aws;
  readonly cost: Cost;
  readonly score: Score;
  /** Notes an object that the work read or wrote. */
  touch(kind: 'read' | 'wrote', url: string): void;
  /**
   * Counts the scores that were given since the last call: what gave them is done, or blocked by them. Throws BlockedError where
   * one is past its `block`.
   */
  checkScores(): void;
  /** Scores that are given and not counted yet. */
  uncounted(): UncountedScores;
  /** Forgets those that came after: what gave them failed, and is done again or given up. @default all */
  forgetScores(kept?: UncountedScores): void;
  /** Scores past their `warn`, in words. */
  warning(): string | undefined;
  /** What to record with the end of the attempt. `before` is the record as it was claimed. */
  tell(before: Telling, end: AttemptEnd): Telling;
  /** The last of it, for metrics. */
  told(): Telling | undefined;
}

export interface AttemptEnd {
  /** When it was claimed, also as it is in its record. */
  readonly startedAt: number;
  readonly claimedAt: string;
  readonly endedAt: number;
  /** When all that it needed was there; undefined where that is not known, or for a further attempt. */
  readonly readyAt?: string | undefined;
  readonly bytesIn?: number | undefined;
  readonly bytesOut?: number | undefined;
  /** Writes that follow the settling one: what is kept for later runs, latches. */
  readonly writesAfter?: number;
  readonly error?: Error;
}

export interface MeterFacts {
  /** When the call began. */
  readonly startedAt: number;
  /** @default 512 */
  readonly memoryMb?: number;
  /** Milliseconds that the sandbox took to start, where this call is its first. @default 0 */
  readonly coldMs?: number;
  /** An Express execution's states are not billed one by one. @default false */
  readonly isExpress?: boolean;
}

/** Of work that is under way: values, and in words which of them are past a limit. */
export interface UncountedScores {
  readonly scores: Scores;
  readonly warned: readonly string[];
  readonly blocked: readonly string[];
}
const noScores: UncountedScores = { scores: {}, warned: [], blocked: [] };

/** What was made is not good enough, by these scores. */
export class BlockedError extends PermanentError {
  readonly scores: Scores;
  constructor(message: string, scores: Scores) {
    super(message);
    this.scores = scores;
  }
}

/** A stage's, where nobody says otherwise. */
const defaultMemoryMb = 512;

/** Names of one kind that a stage may tell of: they are metrics' dimensions, and lie in its record. */
const mostNames = 20;
const longestName = 80;
const longestError = 200;
const writeUnit = 1_024;
/** Of a settled record besides its output. */
const recordBytes = 700;

/**
 * HDL800: cost.add, cost.model or score was given something that is no number of its kind. Permanent: no retry would mend it.
 * Fix: pass a finite number; of counts, tokens and dollars, one from 0 up.
 */
const checkNumber = (what: string, value: number, least = 0): void => {
  if (typeof value === 'number' && Number.isFinite(value) && value >= least) return;
  const expected = least === 0 ? 'a number from 0 up' : 'a finite number';
  throw new PermanentError(`HDL800 ${what} is ${String(value)}; expected ${expected}. Fix: correct the handler`);
};

/**
 * HDL801: a handler told of more than 20 models, services or scores, or of one without a name of 1 to 80 characters: they are
 * dimensions of metrics, and lie in the stage's record. Fix: name the kind of thing, not the thing (`crm`, not a customer's id).
 */
const checkName = (kind: string, name: string, known: { readonly [name: string]: unknown }): void => {
  if (typeof name !== 'string' || name.length === 0 || name.length > longestName)
    throw new PermanentError(
      `HDL801 ${kind} is named ${JSON.stringify(String(name).slice(0, longestName))}; expected 1 to ${longestName} characters. Fix: name the kind of thing`,
    );
  if (Object.hasOwn(known, name) || Object.keys(known).length < mostNames) return;
  throw new PermanentError(
    `HDL801 ${kind} '${name}' is one more than ${mostNames}; expected few names. Fix: name the kind of thing, not the thing`,
  );
};

const isPast = (value: number, { below, above }: ScoreLimit = {}): boolean =>
  (below !== undefined && value < below) || (above !== undefined && value > above);

const someOf = (words: readonly string[]): readonly string[] => words.slice(0, mostNames);

const limitWords = ({ below, above }: ScoreLimit): string =>
  [below === undefined ? [] : [`at least ${below}`], above === undefined ? [] : [`at most ${above}`]]
    .flat()
    .join(' and ');

export const openMeter = (aws: Aws, facts: MeterFacts): Meter => {
  const { memoryMb = defaultMemoryMb, coldMs = 0, isExpress = false } = facts;
  const calls: Metered = metered(aws);
  const models: Record<string, ModelUse> = {};
  const services: Record<string, { readonly count: number; readonly dollars?: number }> = {};
  let scores: Scores = {};
  let blockedScores: Scores = {};
  const objects = { read: new Set<string>(), wrote: new Set<string>() };
  let uncounted = noScores;
  let warnings: readonly string[] = [];
  let last: Telling | undefined;

  const spent = (billedMs: number, writes: number): Spent => {
    const used = calls.used();
    return {
      usage: {
        ...used,
        ...(isExpress ? {} : { transitions: 1 }),
        lambdaCalls: 1,
        lambdaGbSeconds: ((memoryMb / 1_024) * billedMs) / 1_000,
        writeUnits: used.writeUnits + writes,
      },
      ...(Object.keys(models).length > 0 ? { models } : {}),
      ...(Object.keys(services).length > 0 ? { calls: services } : {}),
    };
  };

  return {
    aws: calls.aws,
    cost: {
      add: (service, count = 1, { dollars } = {}) => {
        checkName('a service of cost.add', service, services);
        checkNumber(`cost.add('${service}')`, count);
        if (dollars !== undefined) checkNumber(`the dollars of cost.add('${service}')`, dollars);
        const more = { count, ...(dollars === undefined ? {} : { dollars }) };
        const known = services[service];
        services[service] = known ? joinCalls(known, more) : more;
      },
      model: ({ model, inputTokens, outputTokens, cachedTokens, prompt, dollars }) => {
        checkName('a model of cost.model', model, models);
        const counts = { inputTokens, outputTokens, cachedTokens: cachedTokens ?? 0, dollars: dollars ?? 0 };
        for (const [field, count] of Object.entries(counts)) checkNumber(`${field} of cost.model('${model}')`, count);
        const more: ModelUse = {
          calls: 1,
          inputTokens,
          outputTokens,
          ...(cachedTokens ? { cachedTokens } : {}),
          ...(dollars === undefined ? {} : { dollars }),
          ...(prompt === undefined ? {} : { prompts: [prompt.slice(0, longestName)] }),
        };
        const known = models[model];
        models[model] = known ? joinModels(known, more) : more;
      },
    },
    score: (name, value, { warn, block } = {}) => {
      const { [name]: known, ...others } = uncounted.scores;
      checkName('a score', name, { ...scores, ...uncounted.scores });
      checkNumber(`score('${name}')`, value, Number.NEGATIVE_INFINITY);
      const isBlocked = isPast(value, block);
      const isWarned = !isBlocked && isPast(value, warn);
      const worse = (limit: ScoreLimit): string => `${name} is ${value}; it is to be ${limitWords(limit)}`;
      const more: ScoreSummary = {
        count: 1,
        sum: value,
        squares: value * value,
        min: value,
        max: value,
        ...(warn ? { warn } : {}),
        ...(block ? { block } : {}),
        ...(isWarned ? { warned: 1 } : {}),
        ...(isBlocked ? { blocked: 1 } : {}),
      };
      uncounted = {
        scores: { ...others, [name]: known ? joinScores(known, more) : more },
        warned: isWarned && warn ? someOf([...uncounted.warned, worse(warn)]) : uncounted.warned,
        blocked: isBlocked && block ? someOf([...uncounted.blocked, worse(block)]) : uncounted.blocked,
      };
    },
    touch: (kind, url) => {
      if (objects[kind].size < mostObjects) objects[kind].add(url);
    },
    /**
     * HDL802: a score is past its `block`: what was made is not good enough to go on with. Permanent: a dead letter at once, and
     * what depends on it is skipped. Fix: see what was scored in the dead letter, mend what made it, then replay the letter.
     */
    checkScores: () => {
      if (uncounted === noScores) return;
      const { blocked, warned, scores: given } = uncounted;
      if (blocked.length > 0) blockedScores = sumScores([blockedScores, given]) ?? {};
      else scores = sumScores([scores, given]) ?? {};
      warnings = someOf([...warnings, ...warned]);
      uncounted = noScores;
      if (blocked.length > 0) throw new BlockedError(`HDL802 blocked by a score: ${blocked.join('; ')}`, given);
    },
    uncounted: () => uncounted,
    forgetScores: (kept = noScores) => {
      uncounted = kept;
    },
    warning: () => (warnings.length > 0 ? warnings.join('; ') : undefined),
    tell: (before, { startedAt, claimedAt, endedAt, readyAt, bytesIn, bytesOut, writesAfter = 0, error }) => {
      const billedMs = Math.max(1, endedAt - facts.startedAt + coldMs);
      const stored = bytesOut !== undefined && bytesOut <= inlineLimitBytes ? bytesOut : 0;
      const own = spent(billedMs, Math.ceil((recordBytes + stored) / writeUnit) + writesAfter);
      const told = sumScores([scores, blockedScores]);
      const given = sumScores([before.scores, scores]);
      const blocked = sumScores([before.blockedScores, blockedScores]);
      const tries = withEnd(before.tries, {
        at: claimedAt,
        ms: endedAt - startedAt,
        ...(error ? { error: `${error.name}: ${error.message}`.slice(0, longestError) } : {}),
      });
      const measured: { -readonly [fact in keyof Measured]: Measured[fact] } = { memoryMb, usedMb: usedMb(), billedMs };
      if (readyAt !== undefined) measured.queuedMs = Math.max(0, startedAt - Date.parse(readyAt));
      if (bytesIn !== undefined) measured.bytesIn = bytesIn;
      if (bytesOut !== undefined) measured.bytesOut = bytesOut;
      if (objects.read.size > 0) measured.read = [...objects.read];
      if (objects.wrote.size > 0) measured.wrote = [...objects.wrote];
      last = { spent: own, measured, ...(told ? { scores: told } : {}) };
      const whole = before.spent ? sumSpent([before.spent, own]) : { ...own, usage: compactUsage(own.usage) };
      const all = { ...(given ? { scores: given } : {}), ...(blocked ? { blockedScores: blocked } : {}) };
      return { spent: whole, measured, tries, ...all };
    },
    told: () => last,
  };
};

/** The attempts so far, the last of which, claimed at the same moment, has ended. */
const withEnd = (before: readonly Try[] = [], ended: Try): readonly Try[] => {
  const earlier = before.at(-1)?.at === ended.at ? before.slice(0, -1) : before;
  return [...earlier, ended].slice(-mostTries);
};
