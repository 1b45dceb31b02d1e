// One attempt of a Task as history tells it: scheduled, started, submitted, and how it ended.
import type { Shape } from '../../service.ts';
import { AnswerTooLarge, MissedHeartbeat, PAYLOAD_LIMIT, StateError } from '../errors.ts';
import { Handover } from '../history/encoding.ts';
import { ANSWER } from '../history/resume.ts';
import type { EarlyAnswer, Integration, StartedTask, TaskRun } from '../integrations/integration.ts';
import { isLongerThan, Payload } from '../json.ts';
import type { MaybeAsync, TaskState } from '../parse/machine.ts';
import { taskEvents } from './event-names.ts';
import { forever, type Lifetime } from './lifetime.ts';
import { finish } from './outcome.ts';
import { type Exit, type Progress, Visit } from './visit.ts';

export interface TaskCall {
  readonly parameters: Payload;
  /** Seconds. */
  readonly timeout: number | undefined;
  readonly heartbeat: number | undefined;
  /** The role of the state's own that the call is made with. */
  readonly role: string | undefined;
  /** When the call was made, if that was before a restart. */
  readonly since: number | undefined;
  readonly progress: Progress | undefined;
}

/** A call with nothing but its input. */
export const plainCall = (parameters: Payload): TaskCall => ({
  parameters,
  timeout: undefined,
  heartbeat: undefined,
  role: undefined,
  since: undefined,
  progress: undefined,
});

export const schedule = (visit: Visit<TaskState>, integration: Integration, call: TaskCall): void => {
  const { frame, state, token } = visit;
  const { region } = frame.execution.host;
  const { timeout, heartbeat, role } = call;
  const { text } = call.parameters;
  const { events, about, resourceType, resource } = integration;
  const names = taskEvents[events];
  const what =
    events === 'Task'
      ? { resourceType, resource, region, parameters: text }
      : { input: text, resource: state.resource };
  if (timeout === undefined && heartbeat === undefined && role === undefined && token === undefined)
    frame.event(names.scheduled, what); // most tasks: nothing to be put together
  else {
    const times = {
      ...(timeout !== undefined && { timeoutInSeconds: timeout }),
      ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }),
      ...(role !== undefined && { taskCredentials: { roleArn: role } }),
    };
    const more = {
      ...(token !== undefined && { token }),
      ...(timeout !== undefined && { timeout }),
      ...(heartbeat !== undefined && { heartbeat }),
    };
    frame.event(names.scheduled, { ...what, ...times }, more);
  }
  if (events !== 'Activity') frame.event(names.started, about);
};

/** The time limit of the task, running `since` then, and the gap allowed between heartbeats. */
const limits = (
  visit: Visit<TaskState>,
  call: TaskCall,
  since: number,
  untaken: boolean,
  expire: (why: StateError) => void,
) => {
  const { clock } = visit.frame.execution.host;
  const arm = (seconds: number | undefined, from: number, why: () => StateError) =>
    seconds === undefined
      ? () => undefined
      : clock.after(Math.max(0, from + seconds * 1000 - clock.now()), () => expire(why()));
  const armHeartbeat = () => arm(call.heartbeat, clock.now(), () => new MissedHeartbeat());
  const cancelTimeout = arm(call.timeout, since, () => new StateError('States.Timeout', undefined));
  // Nobody can beat for an activity that no worker has taken yet.
  let cancelHeartbeat = untaken ? () => undefined : armHeartbeat();
  return {
    beat: () => {
      cancelHeartbeat();
      cancelHeartbeat = armHeartbeat();
    },
    cancel: () => {
      cancelTimeout();
      cancelHeartbeat();
    },
  };
};

/** One call as its integration sees it. A class, for there is one a task and few integrations look at most of it. */
export class Run implements TaskRun {
  readonly #visit: Visit<TaskState>;
  readonly #integration: Integration;
  readonly #call: TaskCall;
  #lifetime: Lifetime | undefined;
  #limits: ReturnType<typeof limits> | undefined;

  constructor(visit: Visit<TaskState>, integration: Integration, call: TaskCall) {
    this.#visit = visit;
    this.#integration = integration;
    this.#call = call;
  }

  get executionArn(): string {
    return this.#visit.frame.execution.identity.arn;
  }

  get machineArn(): string {
    return this.#visit.frame.execution.identity.machineArn;
  }

  get attempt(): string {
    const { frame, entered, retryCount } = this.#visit;
    return `${frame.id}/${entered.id}/${retryCount}`;
  }

  get token(): string | undefined {
    return this.#visit.token;
  }

  get parameters(): Payload {
    return this.#call.parameters;
  }

  get lifetime(): Lifetime {
    this.#lifetime ??= this.#visit.frame.lifetime.child();
    return this.#lifetime;
  }

  get submitted(): Payload | undefined {
    const known = this.#call.progress?.records.find(({ type }) => type === 'TaskSubmitted')?.details?.output;
    return typeof known === 'string' ? Payload.parse(known) : undefined;
  }

  get resumed(): boolean {
    return this.#call.since !== undefined;
  }

  get started(): boolean {
    return this.#call.progress?.records.some(({ type }) => type === 'ActivityStarted') ?? false;
  }

  onStarted(details: Shape): void {
    this.#visit.frame.event(taskEvents[this.#integration.events].started, details);
    this.#limits?.beat();
  }

  onSubmitted(output: Payload): void {
    const { frame, state } = this.#visit;
    const { text } = this.#visit.limited(output, state.resource);
    frame.event('TaskSubmitted', { ...this.#integration.about, output: text });
  }

  onHeartbeat(): void {
    this.#limits?.beat();
  }

  onEarlyAnswer(given: EarlyAnswer): void {
    const { frame } = this.#visit;
    if (!frame.lifetime.ended) frame.note(ANSWER, { ...given }); // called from a promise that nobody waits for
  }

  /** Makes the call, within its time. */
  answer(): Promise<Payload> {
    const { timeout, heartbeat } = this.#call;
    if (timeout === undefined && heartbeat === undefined) return this.#integration.run(this);
    const { events, needsToken } = this.#integration;
    // A request that is made again after a restart has its time again: what it calls, a function for one, begins anew. What waits for others goes on.
    const goesOn = needsToken || this.submitted !== undefined;
    const since = (goesOn ? this.#call.since : undefined) ?? this.#visit.frame.execution.host.clock.now();
    return new Promise((resolve, reject) => {
      const untaken = events === 'Activity' && !this.started;
      this.#limits = limits(this.#visit, this.#call, since, untaken, reject);
      this.lifetime.onEnd(this.#limits.cancel);
      this.#integration.run(this).then(resolve, reject);
    });
  }

  end(): void {
    this.#lifetime?.end();
  }
}

export const tellFailure = (
  visit: Visit<TaskState>,
  { events, about }: Integration,
  { error, reason }: StateError,
): void => {
  const names = taskEvents[events];
  visit.frame.event(error === 'States.Timeout' ? names.timedOut : names.failed, {
    ...about,
    ...(error !== undefined && { error }),
    ...(reason !== undefined && { cause: reason }),
  });
};

/** The event of a result that is no larger than it may be. Throws AnswerTooLarge. */
export const tellResult = ({ frame, state }: Visit<TaskState>, integration: Integration, { text }: Payload): void => {
  const { events, about, resourceType } = integration;
  if (isLongerThan(text, PAYLOAD_LIMIT)) throw new AnswerTooLarge(events === 'Task' ? resourceType : state.resource);
  frame.event(taskEvents[events].succeeded, about === undefined ? { output: text } : { ...about, output: text });
};

/** Nothing is to be worked out before the call. */
export const isPlain = ({ flow, timeout, heartbeat, credentials }: TaskState): boolean =>
  flow.plainInput && timeout === undefined && heartbeat === undefined && credentials === undefined;

const FUNCTION = /^arn:[^:]+:lambda:/;

/** The call that follows another one and gets its answer, of one function and the next. */
interface Following {
  readonly state: TaskState;
  readonly integration: Integration;
  readonly handover: Handover;
}

const followingOf = ({ frame, state }: Visit<TaskState>, { events }: Integration): Following | undefined => {
  const { flow, name, next } = state;
  if (events !== 'LambdaFunction' || next === undefined || !flow.plainOutput) return undefined;
  const following = frame.sequence.states.get(next);
  if (following?.kind !== 'Task' || !FUNCTION.test(following.resource) || !isPlain(following)) return undefined;
  const integration = frame.execution.host.integrations.resolve(following.resource);
  return { state: following, integration, handover: new Handover(name, next, following.resource) };
};

/**
 * A call with nothing but its input. Who runs the states waits for it himself, in these steps: between the answer of a function and the
 * call of the next one lies no promise but the function's own, for each costs 5 to 20 us where the processor has slept.
 */
export class OpenCall {
  readonly visit: Visit<TaskState>;
  readonly #integration: Integration;
  #started: StartedTask | undefined;
  #run: Run | undefined;
  #following: Following | undefined;
  #result: Payload | undefined;

  constructor(visit: Visit<TaskState>, integration: Integration) {
    this.visit = visit;
    this.#integration = integration;
  }

  /** Tells of the call. What led here must not be lost once it has been made: what this gives is to be waited for before. */
  schedule(): Promise<void> | undefined {
    const { frame, input } = this.visit;
    schedule(this.visit, this.#integration, plainCall(input));
    return frame.execution.commit();
  }

  /** Makes it, and gives what to wait for, which may throw as this does: that is for `failed`. */
  make(): unknown {
    const { input } = this.visit;
    this.#started = this.#integration.begin?.(input);
    if (this.#started) return this.#started.returned;
    this.#run = new Run(this.visit, this.#integration, plainCall(input));
    return this.#run.answer();
  }

  /** Makes ready, while the call is under way, what is to be done when it has its answer. */
  prepare(): void {
    this.#following = followingOf(this.visit, this.#integration);
  }

  /**
   * From what was waited for to the call of the next state, which is told of, to be made. Undefined where the state is left in another way: by
   * `exit`. Throws its error.
   */
  handOver(value: unknown): OpenCall | undefined {
    if (this.#following === undefined) return undefined;
    const { state, integration, handover } = this.#following;
    const { frame } = this.visit;
    const result = this.#settled(value);
    frame.lifetime.check();
    if (isLongerThan(result.text, PAYLOAD_LIMIT)) return undefined;
    const { execution } = frame;
    if (!execution.handOver(frame.cursor, handover, result.text)) return undefined;
    frame.cursor = execution.lastEvent;
    // Scheduled and Started come after that the state was entered.
    const entered = { id: frame.cursor - 2, previous: frame.cursor - 3, at: execution.lastAt };
    return new OpenCall(new Visit(frame, state, result, entered, undefined), integration);
  }

  /** How the state is left, from what was waited for. Throws its error. */
  exit(value: unknown): MaybeAsync<Exit> {
    const result = this.#settled(value);
    try {
      tellResult(this.visit, this.#integration, result);
    } catch (thrown) {
      throw this.#told(thrown);
    }
    return finish(this.visit, result);
  }

  #settled(value: unknown): Payload {
    if (this.#result !== undefined) return this.#result;
    this.#run?.end();
    try {
      this.#result = this.#started ? this.#started.done(value) : (value as Payload); // of an integration that gives no more
      return this.#result;
    } catch (thrown) {
      throw this.#told(thrown);
    }
  }

  /** The state's error, where waiting threw. */
  failed(thrown: unknown): unknown {
    this.#run?.end();
    return this.#told(this.#started ? this.#started.failed(thrown) : thrown);
  }

  /** Its lifetime is over: nobody is to hear of it. */
  dropped(): Promise<never> {
    this.#started?.end();
    this.#run?.end();
    return forever();
  }

  #told(thrown: unknown): unknown {
    if (thrown instanceof StateError) tellFailure(this.visit, this.#integration, thrown);
    return thrown;
  }
}
