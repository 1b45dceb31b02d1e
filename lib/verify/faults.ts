// The faults of the matrix: what each does to the stage that it hits, and what the definition declares to come of it.
import {
  type ExecutionType,
  type HandledNode,
  isHandled,
  type Ladder,
  type RetryPolicy,
  type StageNode,
} from '../definition/index.ts';
import { expressSeconds } from '../records/index.ts';
import { errorNames } from '../support/error-names.ts';
import { PermanentError, TransientError } from '../support/run-errors.ts';
import type { Deviation } from './stage-ends.ts';

/** What becomes of one invocation of a stage's function, as its state machine or Lambda sees it. */
export type Act =
  | { readonly kind: 'works' }
  /** Lambda does not take the call. */
  | { readonly kind: 'refused'; readonly error: string }
  /** The handler throws before it does anything. */
  | { readonly kind: 'throws'; readonly error: Error; readonly items?: 'first' }
  /** The handler returns what its contract does not allow. */
  | { readonly kind: 'breaksContract' }
  | { readonly kind: 'longTexts' }
  /** Its sandbox ends: in the middle of the work, after its side effect, or with all recorded but not answered. */
  | { readonly kind: 'dies'; readonly error: string; readonly when: 'working' | 'worked' | 'recorded' }
  /** It is called twice at once; the state machine hears one of the two. */
  | { readonly kind: 'twice'; readonly heard: 'first' | 'second' }
  /** The engine ends after the side effect, and is opened again on what it left. */
  | { readonly kind: 'halts' };

/** A fault at a stage. */
export interface Planned {
  /** What the `n`-th invocation meets, from 1; of a map: of each of its batches. */
  act(attempt: number): Act;
  readonly deviation: Deviation;
  /** Invocations of the function; of a map: for each batch. Undefined where they are not the point. */
  readonly calls?: number;
  /** How often one side effect may be done, always under one idempotency key. */
  readonly repeats: number;
  /** Other stages that are under way may be done twice too. */
  readonly hitsAll?: true;
  /** It hits the call of AWS that the stage is, and not what Heddle does around it. */
  readonly hits?: 'call';
  /** Nobody answers. */
  readonly silent?: true;
  /** The start message comes twice. */
  readonly startedTwice?: true;
}

export interface Fault {
  /** The value of `--fault`, and the heading of its column. */
  readonly name: string;
  readonly says: string;
  /** Undefined where the fault cannot happen to the stage. */
  at(node: StageNode, type: ExecutionType): Planned | undefined;
}

const works: Act = { kind: 'works' };
const none: Deviation = { kind: 'none' };
const always = (act: Act) => () => act;
const first = (act: Act) => (attempt: number) => (attempt === 1 ? act : works);

const fails = (error: string, calls: number, act: Act, more: { readonly worked?: true } = {}): Planned => ({
  act: always(act),
  deviation: { kind: 'fails', error, ...more },
  calls,
  repeats: 1,
});

/**
 * A fault that is gone at the last attempt that the ladder allows; one that is there for good where it allows none. Of an
 * Express execution AWS waits for the attempts that come in its time only.
 */
const untilTheLast = (ladder: Ladder, error: string, act: Act, type: ExecutionType): Planned => {
  const attempts = type === 'express' ? attemptsWithin(ladder, expressSeconds / 2) : ladder.attempts;
  return attempts === 1
    ? fails(error, 1, act)
    : { act: (attempt) => (attempt < attempts ? act : works), deviation: none, calls: attempts, repeats: 1 };
};

/** At least one more than the first, where the ladder has one. */
const attemptsWithin = ({ attempts, intervalSeconds, backoff, capSeconds }: Ladder, seconds: number): number => {
  let fitting = Math.min(attempts, 2);
  let passed = intervalSeconds;
  for (let pause = intervalSeconds * backoff; fitting < attempts; pause *= backoff) {
    passed += Math.min(pause, capSeconds);
    if (passed > seconds) break;
    fitting += 1;
  }
  return fitting;
};

const handled = (plan: (node: HandledNode) => Planned | undefined) => (node: StageNode) =>
  isHandled(node) ? plan(node) : undefined;

const serviceError = 'Verify.ServiceException';
/** What AWS answers to a call that it refuses. */
const refusal: Act = { kind: 'refused', error: serviceError };

const outOfTime = 'Sandbox.Timedout';
const outOfMemory = 'Runtime.OutOfMemory';
const exit = 'Runtime.ExitError';
const tooMany = 'Lambda.TooManyRequestsException';

/** Invocations of which each runs out of memory, or dies as if it had. */
const memoryAttempts = ({ moreMemoryMb, exhausted }: RetryPolicy): number =>
  moreMemoryMb === undefined ? exhausted.attempts : 2;

/** A stage without a handler is worked on by `settle`, whose own ladder takes any of these once. */
const once = (act: Act): Planned => ({ act: first(act), deviation: none, repeats: 1 });

export const faults: readonly Fault[] = [
  {
    name: 'transient',
    says: 'throws until the last attempt that its retry ladder allows',
    at: (node, type) => {
      const act: Act = { kind: 'throws', error: new TransientError('not now') };
      if (node.kind === 'service') return { ...untilTheLast(node.retry, serviceError, refusal, type), hits: 'call' };
      return isHandled(node) ? untilTheLast(node.stage.retry, errorNames.transient, act, type) : once(act);
    },
  },
  {
    name: 'permanent',
    says: 'throws a PermanentError; of a call of AWS: is refused every time; of a pipeline that it runs: every stage does',
    at: (node) => {
      if (node.kind === 'service') return { ...fails(serviceError, node.retry.attempts, refusal), hits: 'call' };
      if (node.kind === 'run') return { act: always(works), deviation: { kind: 'childFails' }, repeats: 1 };
      if (!isHandled(node)) return undefined;
      return fails(errorNames.permanent, 1, { kind: 'throws', error: new PermanentError('never') });
    },
  },
  {
    name: 'throttle',
    says: 'Lambda refuses the call until the last attempt that the ladder for throttles allows',
    at: (node, type) => {
      const act: Act = { kind: 'refused', error: tooMany };
      if (node.kind === 'service') return { ...untilTheLast(node.retry.throttled, tooMany, act, type), hits: 'call' };
      return isHandled(node) ? untilTheLast(node.stage.retry.throttled, tooMany, act, type) : once(act);
    },
  },
  {
    name: 'timeout',
    says: 'runs out of time, every time',
    at: (node) => {
      const act: Act = { kind: 'dies', error: outOfTime, when: 'working' };
      return isHandled(node) ? fails(outOfTime, node.stage.retry.exhausted.attempts, act) : once(act);
    },
  },
  {
    name: 'memory',
    says: 'runs out of memory, every time',
    at: (node) => {
      const act: Act = { kind: 'dies', error: outOfMemory, when: 'working' };
      return isHandled(node) ? fails(outOfMemory, memoryAttempts(node.stage.retry), act) : once(act);
    },
  },
  {
    name: 'crash',
    says: 'dies once after its side effect, before that is recorded',
    at: (node) => {
      const act: Act = { kind: 'dies', error: exit, when: 'worked' };
      if (!isHandled(node)) return once(act);
      if (memoryAttempts(node.stage.retry) === 1) return fails(exit, 1, act, { worked: true });
      return { act: first(act), deviation: none, calls: 2, repeats: 2 };
    },
  },
  {
    name: 'unheard',
    says: 'dies once when all is recorded, before it answers',
    at: (node) => {
      const act: Act = { kind: 'dies', error: exit, when: 'recorded' };
      if (!isHandled(node)) return once(act);
      return { act: first(act), deviation: none, calls: Math.min(2, memoryAttempts(node.stage.retry)), repeats: 1 };
    },
  },
  {
    name: 'duplicate',
    says: 'the start message comes twice, and the function is called twice at once',
    at: () => ({
      act: first({ kind: 'twice', heard: 'second' }),
      deviation: none,
      repeats: 2,
      startedTwice: true,
    }),
  },
  {
    name: 'overtaken',
    says: 'the function is called twice at once, and the state machine hears the one that lost its claim before the other is done',
    at: () => ({ act: first({ kind: 'twice', heard: 'first' }), deviation: none, repeats: 3 }),
  },
  {
    name: 'oversize',
    says: 'returns more than a state, a DynamoDB item or an event can hold',
    at: handled(() => ({
      act: always({ kind: 'longTexts' }),
      deviation: { kind: 'longTexts', textLength: 0 },
      calls: 1,
      repeats: 1,
    })),
  },
  {
    name: 'contract',
    says: 'returns what its contract does not allow',
    at: handled(() => fails(errorNames.contractViolation, 1, { kind: 'breaksContract' }, { worked: true })),
  },
  {
    name: 'poison',
    says: 'one item of the map can never succeed',
    at: (node) =>
      node.kind === 'map'
        ? {
            act: always({ kind: 'throws', error: new PermanentError('this one never'), items: 'first' }),
            deviation: { kind: 'fails', error: errorNames.permanent, items: 'first' },
            calls: 1,
            repeats: 1,
          }
        : undefined,
  },
  {
    name: 'silence',
    says: 'nobody answers',
    at: (node) =>
      node.kind === 'approve'
        ? { act: always(works), deviation: { kind: 'unanswered' }, repeats: 1, silent: true }
        : undefined,
  },
  {
    name: 'killed',
    says: 'the engine ends in the middle of the stage, and is opened again on what it left',
    at: () => ({ act: first({ kind: 'halts' }), deviation: none, repeats: 2, hitsAll: true }),
  },
];
