// The call of a Task that has nothing to be worked out: most are.
import { late } from '../../late-modules.ts';
import type { StartedCall } from '../../service.ts';
import { PAYLOAD_LIMIT, StateError } from '../errors.ts';
import { Handover } from '../history/encoding.ts';
import type { Integration } from '../integrations/integration.ts';
import type { Payload } from '../json.ts';
import type { MaybeAsync, TaskState } from '../parse/machine.ts';
import type { Frame } from './frame.ts';
import { forever } from './lifetime.ts';
import { finish } from './outcome.ts';
import type { Run } from './task-call.ts';
import { plainCall, schedule, tellFailure, tellResult } from './task-events.ts';
import { type Exit, Visit } from './visit.ts';

// Not for functions of the program that embeds the engine.
const taskCall = late<typeof import('./task-call.ts')>(import.meta.url, './task-call.ts');

/** Nothing is to be worked out before the call. */
export const isPlain = ({ flow, timeout, heartbeat, credentials }: TaskState): boolean =>
  flow.plainInput && timeout === undefined && heartbeat === undefined && credentials === undefined;

/** A letter is three bytes at most. */
const mayBeTooLarge = ({ text }: Payload): boolean => text.length * 3 > PAYLOAD_LIMIT;

const FUNCTION = /^arn:[^:]+:lambda:/;

/**
 * A call with nothing but its input. Who runs the states waits for it himself, in these steps: between the answer of a function and the
 * call of the next one lies no promise but the function's own, for each costs 5 to 20 us where the processor has slept.
 */
export class OpenCall {
  // `declare`, as in Visit: there is one a task, and most of them never have most of these.
  declare private readonly frame: Frame;
  declare private readonly state: TaskState;
  declare private readonly integration: Integration;
  declare private input: Payload;
  /** When and as which event the state was entered, of one that was handed over to; of any other there is the visit. */
  declare private entered: number;
  declare private at: number;
  declare private known: Visit<TaskState> | undefined;
  declare private started: StartedCall<Payload> | undefined;
  declare private run: Run | undefined;
  declare private next: OpenCall | undefined;
  /** What leads to the next one, or to the end. */
  declare private handover: Handover | undefined;
  declare private result: Payload | undefined;

  private constructor(frame: Frame, state: TaskState, integration: Integration, input: Payload) {
    this.frame = frame;
    this.state = state;
    this.integration = integration;
    this.input = input;
  }

  /** The call of a state that has been entered. */
  static of(visit: Visit<TaskState>, integration: Integration): OpenCall {
    const call = new OpenCall(visit.frame, visit.state, integration, visit.input);
    call.known = visit;
    return call;
  }

  /** Made when it is first asked for: of a call that is handed over to, nobody may ever. */
  get visit(): Visit<TaskState> {
    if (this.known === undefined) {
      const entered = { id: this.entered, previous: this.entered - 1, at: this.at };
      this.known = new Visit(this.frame, this.state, this.input, entered, undefined);
    }
    return this.known;
  }

  /** Tells of the call. What led here must not be lost once it has been made: what this gives is to be waited for before. */
  schedule(): Promise<void> | undefined {
    schedule(this.visit, this.integration, plainCall(this.input));
    return this.frame.execution.commit();
  }

  /** Makes it, and gives what to wait for, which may throw as this does: that is for `failed`. */
  make(): unknown {
    this.started = this.integration.begin?.(this.input);
    if (this.started) return this.started.returned;
    this.run = new (taskCall().Run)(this.visit, this.integration, plainCall(this.input));
    return this.run.answer();
  }

  /** Makes ready, while the call is under way, what can be known of the next one. */
  prepare(): void {
    const { flow, name, next } = this.state;
    const frame = this.frame;
    if (this.integration.events !== 'LambdaFunction' || !flow.plainOutput || !frame.execution.isAlone) return;
    if (next === undefined) {
      this.handover = Handover.toEnd(name); // who is alone has no frame but the whole machine's
      return;
    }
    const state = frame.sequence.states.get(next);
    if (state?.kind !== 'Task' || !FUNCTION.test(state.resource) || !isPlain(state)) return;
    const integration = frame.execution.host.integrations.resolve(state.resource);
    this.next = new OpenCall(frame, state, integration, this.input);
    this.handover = Handover.to(name, next, state.resource);
  }

  /**
   * From what was waited for to the call of the next state, which is told of, to be made. Undefined where the state is left in another way: by
   * `exit`. Throws its error.
   */
  handOver(value: unknown): OpenCall | undefined {
    const next = this.next;
    const handover = this.handover;
    if (next === undefined || handover === undefined) return undefined;
    const frame = this.frame;
    const result = this.#settled(value);
    if (frame.lifetime.ended || mayBeTooLarge(result)) return undefined;
    const { execution } = frame;
    if (!execution.handOver(frame.cursor, handover, result.text)) return undefined;
    frame.cursor = execution.lastEvent;
    next.input = result;
    next.entered = frame.cursor - 2; // Scheduled and Started come after it
    next.at = execution.lastAt;
    return next;
  }

  /** How the state is left, from what was waited for. Throws its error. */
  exit(value: unknown): MaybeAsync<Exit> {
    const result = this.#settled(value);
    if (this.next === undefined && this.handover !== undefined && this.#concludes(this.handover, result))
      return { output: result, assign: undefined, next: undefined, isTold: true };
    try {
      tellResult(this.visit, this.integration, result);
    } catch (thrown) {
      throw this.#told(thrown);
    }
    return finish(this.visit, result);
  }

  #concludes(conclusion: Handover, result: Payload): boolean {
    const { execution, lifetime, cursor } = this.frame;
    return !lifetime.ended && !mayBeTooLarge(result) && execution.conclude(cursor, conclusion, result.text);
  }

  #settled(value: unknown): Payload {
    if (this.result !== undefined) return this.result;
    this.run?.end();
    try {
      this.result = this.started ? this.started.done(value) : (value as Payload); // of an integration that gives no more
      return this.result;
    } catch (thrown) {
      throw this.#told(thrown);
    }
  }

  /** As `exit`, where waiting threw: throws the state's error. */
  failed(thrown: unknown): never {
    this.run?.end();
    try {
      this.started?.failed(thrown);
    } catch (error) {
      throw this.#told(error);
    }
    throw this.#told(thrown);
  }

  /** Its lifetime is over: nobody is to hear of it. */
  dropped(): Promise<never> {
    this.started?.end();
    this.run?.end();
    return forever();
  }

  #told(thrown: unknown): unknown {
    if (thrown instanceof StateError) tellFailure(this.visit, this.integration, thrown);
    return thrown;
  }
}

/** The call of a state that is new and has nothing to be worked out; undefined for any other. */
export const openCall = (visit: Visit<TaskState>): OpenCall | undefined => {
  const { state, frame } = visit;
  if (visit.progress !== undefined || !isPlain(state)) return undefined;
  const integration = frame.execution.host.integrations.resolve(state.resource);
  return integration.needsToken ? undefined : OpenCall.of(visit, integration);
};
