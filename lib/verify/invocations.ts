// The functions of a run with a fault in it: the wrapper and the operators that ship, called as the fault has it.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Stage } from '../definition/index.ts';
import type { Json, SettleCall, StageCall } from '../records/index.ts';
import type { Work } from '../runtime/index.ts';
import { invariant } from '../support/invariant.ts';
import type { Act, Planned } from './faults.ts';
import { anyRun, withoutKeys } from './stubs.ts';

/** An invocation as the stub under the wrapper sees it. */
interface Invocation {
  readonly stage: string;
  readonly act: Act;
  /** Resolves when the stub has come to its side effect. */
  readonly atWork: PromiseWithResolvers<void>;
  /** What the stub waits for after its side effect. */
  readonly goOn: Promise<unknown>;
  /** The items of the batch that the stub has seen. */
  items: number;
  readonly isFirstBatch: boolean;
}

/** What is injected into one run, and what was seen of it. */
export interface Watch {
  /** The faults, by the stage that they hit. */
  readonly faults: ReadonlyMap<string, Planned>;
  /** Calls of the functions of stages with faults: stage, then batch; `''` for what is no map. */
  readonly calls: Map<string, Map<string, number>>;
  /** How often each side effect was done: stage, then idempotency key. */
  readonly effects: Map<string, Map<string, number>>;
  /** Whether the engine was made to end: it is once. */
  hasHalted: boolean;
  /** Resolves when the engine is to end. */
  readonly halted: PromiseWithResolvers<void>;
  /** Lets an invocation go on that nobody hears, by stage. Resolves at its end. */
  readonly late: Map<string, () => Promise<void>>;
  /** Lets invocations end whose sandbox is gone, when all has been looked at. */
  readonly bury: (() => void)[];
}

export const watchFor = (faults: ReadonlyMap<string, Planned>): Watch => ({
  faults,
  calls: new Map(),
  effects: new Map(),
  hasHalted: false,
  halted: Promise.withResolvers(),
  late: new Map(),
  bury: [],
});

const current = new AsyncLocalStorage<Invocation>();

class SandboxError extends Error {
  constructor(name: string) {
    super('the sandbox ended');
    this.name = name;
  }
}

/** What is called, and of which stage. */
interface Called<T> {
  readonly stage: string;
  work(again?: true): Promise<T>;
}

interface Inside<T> extends Called<T> {
  readonly again?: true;
  readonly key?: string;
  readonly goOn?: Promise<unknown>;
}

const never = new Promise<never>(() => undefined);

/** A call of AWS, which a stage is. */
interface ServiceCall {
  readonly service: true;
}
type AnyCall = StageCall | SettleCall | ServiceCall;

/** Calls `work`, the wrapper or an operator, as the plan has it for this call. `stage` is the name that it is watched under. */
export const invoke = async <T>(
  watch: Watch,
  stage: string,
  call: AnyCall,
  work: (again?: true) => Promise<T>,
): Promise<T> => {
  const fault = faultOf(watch, stage, call);
  if (!fault) {
    const answer = await inside({ kind: 'works' }, { stage, work }).answer;
    await watch.late.get(stage)?.();
    return answer;
  }
  const key = 'action' in call ? call.action : 'service' in call ? '' : keyOf(call);
  const calls = watch.calls.get(stage) ?? new Map<string, number>();
  const attempt = (calls.get(key) ?? 0) + 1;
  watch.calls.set(stage, calls.set(key, attempt));
  const planned = fault.act(attempt);
  const act: Act = planned.kind === 'halts' && watch.hasHalted ? { kind: 'works' } : planned;
  switch (act.kind) {
    case 'refused':
      throw new SandboxError(act.error);
    case 'dies':
      return die(watch, act, { stage, work }, 'action' in call);
    case 'halts':
      return halt(watch, act, { stage, work });
    case 'twice':
      return twice(watch, act, { stage, work });
    case 'throws':
      if ('action' in call) throw act.error;
      return inside(act, { stage, work, key }).answer;
    default: {
      const answer = await inside(act, { stage, work, key }).answer;
      await watch.late.get(stage)?.();
      return answer;
    }
  }
};

const faultOf = (watch: Watch, stage: string, call: AnyCall): Planned | undefined => {
  const fault = watch.faults.get(stage);
  if ('service' in call) return fault?.hits === 'call' ? fault : undefined;
  if ('action' in call) return fault?.hits === 'call' || isBeside(call) ? undefined : fault;
  return call.via === undefined ? fault : undefined;
};

/** What `settle` does before the fault has its way, or after. */
const isBeside = ({ action }: SettleCall): boolean =>
  ['poolOpened', 'stageFailed', 'batchFailed', 'mapDone', 'mapFailed', 'askEnded', 'released', 'readControl'].includes(
    action,
  );

const keyOf = ({ batch }: StageCall): string =>
  batch === undefined ? '' : 'rows' in batch ? `${batch.rows[0]?.index}` : `${batch.index}`;

const inside = <T>(act: Act, { stage, work, again, key = '0', goOn = Promise.resolve() }: Inside<T>) => {
  const atWork = Promise.withResolvers<void>();
  const invocation: Invocation = { stage, act, atWork, goOn, items: 0, isFirstBatch: key === '0' };
  return { atWork: atWork.promise, answer: current.run(invocation, () => work(again)) };
};

const die = async <T>(
  watch: Watch,
  act: Extract<Act, { kind: 'dies' }>,
  called: Called<T>,
  isOperator: boolean,
): Promise<T> => {
  const error = new SandboxError(act.error);
  if (act.when === 'recorded' || isOperator) {
    if (act.when !== 'working') await inside(act, called).answer;
    throw error;
  }
  const buried = Promise.withResolvers<never>();
  buried.promise.catch(() => undefined); // nobody may have waited for it
  const { atWork, answer } = inside(act, { ...called, goOn: buried.promise });
  // The sandbox is gone: nobody hears what it would still say, and it gets to say it only when all is over.
  answer.catch(() => undefined);
  watch.bury.push(() => buried.reject(error));
  const cameToWork = await Promise.race([atWork.then(() => true), answer.then(() => false)]);
  if (!cameToWork) return answer; // what it needs will not come: it has no work to die in
  throw error;
};

const halt = async <T>(watch: Watch, act: Act, called: Called<T>): Promise<T> => {
  watch.hasHalted = true;
  const buried = Promise.withResolvers<never>();
  buried.promise.catch(() => undefined); // nobody may have waited for it
  const { atWork, answer } = inside(act, { ...called, goOn: buried.promise });
  answer.catch(() => undefined);
  watch.bury.push(() => buried.reject(new SandboxError('Runtime.ExitError')));
  await Promise.race([atWork, answer]);
  watch.halted.resolve();
  return never;
};

/** Both are at work before either goes on, unless the work was done. Where the first is heard, the second ends after it. */
const twice = async <T>(watch: Watch, { heard }: Extract<Act, { kind: 'twice' }>, called: Called<T>): Promise<T> => {
  const goOn = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const begin = async (one: 0 | 1) => {
    const again = one === 1 ? ({ again: true } as const) : {};
    const begun = inside({ kind: 'works' }, { ...called, goOn: goOn[one].promise, ...again });
    const ended = begun.answer.then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([begun.atWork, ended]);
    return { answer: begun.answer, ended };
  };
  const first = await begin(0);
  const second = await begin(1);
  if (heard === 'first') {
    const late = async (): Promise<void> => {
      goOn[1].resolve();
      await second.ended;
    };
    watch.late.set(called.stage, late);
    watch.bury.push(() => goOn[1].resolve());
    goOn[0].resolve();
    return first.answer;
  }
  for (const each of goOn) each.resolve();
  await first.ended;
  return second.answer;
};

/** Counts a side effect of a stage. */
export const noteEffect = ({ effects }: Watch, stage: string, key: string): void => {
  const done = effects.get(stage) ?? new Map<string, number>();
  effects.set(stage, done.set(key, (done.get(key) ?? 0) + 1));
};

/** A value as it would be in any run: without the run's own id, and keys of what it stored. */
export const withoutRun = (value: unknown, run: string): Json =>
  JSON.parse(withoutKeys((JSON.stringify(value) ?? 'null').replaceAll(run, anyRun))) as Json;

export interface StubWork {
  /** What the handler returns for an input; `long`: with long texts. `work` is all that a real one gets. */
  output(input: Json, long: boolean, work: Work<Stage>): Promise<Json>;
  /** It is a real handler, whose side effect is done when it has returned. */
  readonly isReal: boolean;
  /** A value that the contract does not allow. */
  readonly broken: unknown;
}

/** What the handler of a stage does: what the invocation's act asks for. Its side effect is an entry in the watch. */
export const stubHandler = async (
  work: Work<Stage>,
  setupOf: (run: string) => Promise<{ readonly watch: Watch; stub(stage: string): StubWork }>,
): Promise<unknown> => {
  const { input, run, idempotencyKey } = work;
  const invocation = current.getStore();
  invariant(invocation, 'a stub was called outside an invocation');
  const { stage, act, atWork, goOn, isFirstBatch } = invocation;
  const { watch, stub } = await setupOf(run.id);
  const { output, broken, isReal } = stub(stage);
  invocation.items += 1;
  if (act.kind === 'throws' && (act.items === undefined || (isFirstBatch && invocation.items === 1))) throw act.error;
  if (act.kind === 'dies' && act.when === 'working') {
    atWork.resolve();
    await goOn;
  }
  const made = isReal ? await output(input as Json, false, work) : undefined; // fails before its side effect is done, or not at all
  noteEffect(watch, stage, idempotencyKey);
  atWork.resolve();
  await goOn;
  if (act.kind === 'breaksContract') return broken;
  return isReal ? made : output(withoutRun(input, run.id), act.kind === 'longTexts', work);
};
