// One attempt of a Task as its integration sees it.
import type { Shape } from '../../service.ts';
import { MissedHeartbeat, StateError } from '../errors.ts';
import { ANSWER } from '../history/resume.ts';
import type { EarlyAnswer, Integration, TaskRun } from '../integrations/integration.ts';
import { Payload } from '../json.ts';
import type { TaskState } from '../parse/machine.ts';
import { taskEvents } from './event-names.ts';
import type { Lifetime } from './lifetime.ts';
import type { TaskCall } from './task-events.ts';
import type { Visit } from './visit.ts';

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
