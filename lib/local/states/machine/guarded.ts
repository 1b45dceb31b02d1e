// Retry and Catch around the work of a Task, Parallel or Map.
import { errorOutput, matchesError, type StateError } from '../errors.ts';
import type { MapState, ParallelState, Retrier, State, TaskState } from '../parse/machine.ts';
import type { Exit, Progress, Visit } from './visit.ts';

export type GuardedState = TaskState | ParallelState | MapState;

export const isGuarded = (visit: Visit): visit is Visit<GuardedState> => 'retry' in visit.state;

const RETRY = 'retry';

/** No execution is older than a year: a delay that grew beyond all bounds is as good as this one. */
const LONGEST_DELAY_SECONDS = 31_622_400;

/** Seconds before attempt `used + 1` of a retrier. https://states-language.net/spec.html#retrying-after-error */
export const delaySeconds = (retrier: Retrier, used: number, random: () => number): number => {
  const grown = retrier.intervalSeconds * retrier.backoffRate ** used;
  const capped = Math.min(grown, retrier.maxDelaySeconds ?? LONGEST_DELAY_SECONDS);
  return retrier.jitter ? capped * random() : capped;
};

const pause = async (visit: Visit, due: number): Promise<void> => {
  const { clock } = visit.frame.execution.host;
  const left = due - clock.now();
  if (left > 0) await visit.frame.lifetime.until<void>((resolve) => clock.after(left, () => resolve()));
};

/** Uses up one attempt of the first retrier that matches. Undefined where none does or it has none left. */
const retryDue = (visit: Visit<GuardedState>, problem: StateError): number | undefined => {
  visit.used ??= visit.state.retry.map(() => 0);
  const { used } = visit;
  const index = visit.state.retry.findIndex(({ errors }) => matchesError(errors, problem));
  const retrier = visit.state.retry[index];
  const before = used[index] ?? 0;
  if (!retrier || before >= retrier.maxAttempts) return undefined;
  used[index] = before + 1;
  const { host } = visit.frame.execution;
  return host.clock.now() + Math.round(delaySeconds(retrier, before, () => host.random()) * 1000);
};

/** The way out that the first catcher that matches gives; throws `problem` where none does. */
export const caught = async (visit: Visit<GuardedState>, problem: StateError): Promise<Exit> => {
  const catcher = visit.state.catch.find(({ errors }) => matchesError(errors, problem));
  if (!catcher) throw problem;
  const shown = errorOutput(problem);
  const scope = visit.scope(visit.input.value, undefined, shown);
  const output = await catcher.output(scope);
  const assignScope = visit.state.language === 'JSONPath' ? { ...scope, input: shown } : scope;
  return {
    output: visit.payload(output, visit.input),
    assign: await visit.assigned(catcher.assign, assignScope),
    next: catcher.next,
  };
};

/** What a resumed visit knows of the attempt that it was in; the attempts before it are only counted. */
const current = (progress: Progress, retryAt: number): Progress | undefined => {
  const records = progress.records.slice(retryAt + 1);
  return records.length === 0 && progress.children.size === 0 ? undefined : { records, children: progress.children };
};

/** Takes up a visit where it stood before a restart, at the next attempt where it was between two. */
export const carriedOn = async (visit: Visit<GuardedState>, { records, children }: Progress) => {
  const retryAt = records.findLastIndex(({ type }) => type === RETRY);
  const memo = records[retryAt]?.memo as { used: number[]; count: number; due: number } | undefined;
  const progress = current({ records, children }, retryAt);
  if (memo) {
    visit.used = [...memo.used];
    visit.retryCount = memo.count;
    if (progress === undefined) await pause(visit, memo.due);
  }
  return progress;
};

/** After an error of a visit: runs `attempt` until it succeeds, no retrier is left, or a catcher takes the error. */
export const recovered = async (
  visit: Visit,
  thrown: unknown,
  attempt: (visit: Visit, state: State) => Promise<Exit>,
): Promise<Exit> => {
  const { frame, state } = visit;
  let problem = visit.failure(thrown);
  if (!isGuarded(visit)) throw problem;
  const tell = (): void => {
    if (state.kind !== 'Task' && problem.error !== 'States.Runtime') frame.event(`${state.kind}StateFailed`);
  };
  for (;;) {
    const due = retryDue(visit, problem);
    try {
      if (due === undefined) {
        tell();
        return await caught(visit, problem);
      }
      visit.retryCount++;
      frame.note(RETRY, { used: visit.used, count: visit.retryCount, due });
      await pause(visit, due);
      visit.token = undefined;
      visit.freshContext();
      return await attempt(visit, state);
    } catch (again) {
      const before = problem;
      problem = visit.failure(again);
      if (due !== undefined) continue;
      if (problem !== before) tell(); // it was caught, and what the catcher gives failed too
      throw problem;
    }
  }
};
