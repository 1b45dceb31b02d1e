// One visit of a frame to a state, from StateEntered to StateExited.
import type { Shape } from '../../service.ts';
import { isTooDeep } from '../../too-deep.ts';
import { EvaluationProblem, PAYLOAD_LIMIT, StateError, TooLarge, tooDeep } from '../errors.ts';
import type { Scope, Variables } from '../expressions/scope.ts';
import { isLongerThan, type Json, type JsonObject, Payload, timeText } from '../json.ts';
import type { Assign, State } from '../parse/machine.ts';
import type { Frame } from './frame.ts';

/** All variables together are at most this many bytes. */
const VARIABLES_LIMIT = 10 * 1024 * 1024;

const bytesOf = (variables: Variables): number => {
  let bytes = 0;
  for (const value of Object.values(variables)) bytes += Buffer.byteLength(JSON.stringify(value));
  return bytes;
};

/** How a state is left. */
export interface Exit {
  readonly output: Payload;
  readonly assign: Variables | undefined;
  readonly next: string | undefined;
  /** Set where it is told already, with the end of the execution. */
  readonly isTold?: true;
}

/** What a resumed visit has behind it: the records of the frame since the state was entered. */
export interface Progress {
  readonly records: readonly {
    readonly type: string;
    readonly id?: number;
    /** Milliseconds since the epoch. */
    readonly at?: number;
    readonly details?: Shape;
    readonly memo?: Shape;
  }[];
  readonly children: ReadonlyMap<number, FrameProgress>;
}

/** How far a frame had come. */
export interface FrameProgress {
  readonly id: number;
  readonly index: number;
  readonly input: Payload;
  readonly cursor: number;
  readonly variables: Variables;
  /** The state it was in, or undefined where it was to go on to `next`. */
  readonly state:
    | { readonly name: string; readonly entered: number; readonly previous: number; readonly at: number }
    | undefined;
  readonly next: string | undefined;
  /** Set once its last state has been left. */
  readonly output: Payload | undefined;
  readonly progress: Progress;
}

export interface Entered {
  readonly id: number;
  readonly previous: number;
  readonly at: number;
}

export class Visit<S extends State = State> {
  // `declare`, as in Frame: there is a visit a state.
  declare readonly frame: Frame;
  declare readonly state: S;
  declare readonly input: Payload;
  declare readonly entered: Entered;
  declare readonly progress: Progress | undefined;
  declare retryCount: number;
  /** How many attempts of each retrier are used up; made with the first error. */
  declare used: number[] | undefined;
  declare token: string | undefined;
  #context: JsonObject | undefined;

  constructor(frame: Frame, state: S, input: Payload, entered: Entered, progress: Progress | undefined) {
    this.frame = frame;
    this.state = state;
    this.input = input;
    this.entered = entered;
    this.progress = progress;
    this.retryCount = 0;
    this.used = undefined;
    this.token = undefined;
  }

  /** The context object (`$$`). Rebuilt after `freshContext`. */
  context(): JsonObject {
    this.#context ??= this.frame.execution.identity.context ?? {
      ...this.frame.execution.contextBase(),
      State: {
        Name: this.state.name,
        EnteredTime: timeText(this.entered.at),
        ...('retry' in this.state && { RetryCount: this.retryCount }),
      },
      ...(this.frame.map && { Map: this.frame.map }),
      ...(this.token !== undefined && { Task: { Token: this.token } }),
    };
    return this.#context;
  }

  /** Call when the retry count or the token has changed. */
  freshContext(): void {
    this.#context = undefined;
  }

  /** What expressions see; `input` is the state's own unless another is given. */
  scope(input: Json = this.input.value, result?: Json, errorOutput?: Json): Scope {
    return {
      input,
      result,
      errorOutput,
      variables: this.frame.variables,
      context: () => this.context(),
    };
  }

  /** The output as a payload; throws States.DataLimitExceeded for one that is too large. */
  payload(value: Json, known: Payload | undefined = undefined, what: string = this.state.name): Payload {
    return this.limited(known && known.value === value ? known : Payload.of(value), what);
  }

  /** `payload`, unless it is too large: States.DataLimitExceeded. */
  limited(payload: Payload, what: string = this.state.name): Payload {
    if (isLongerThan(payload.text, PAYLOAD_LIMIT)) throw new TooLarge(what);
    return payload;
  }

  /**
   * Evaluates `Assign`. JSONPath: `$` is what the state worked out; JSONata: `$states` as in Output. What one Assign gives is bounded
   * as a payload is, and so are all variables in sight: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
   */
  async assigned(assign: Assign, scope: Scope): Promise<Variables | undefined> {
    if (assign === undefined) return undefined;
    const variables = await assign(scope);
    const { frame } = this;
    const bytes = bytesOf(variables);
    frame.variableBytes += bytes;
    if (frame.variableBytes > VARIABLES_LIMIT) frame.variableBytes = bytesOf({ ...frame.variables, ...variables });
    if (bytes > PAYLOAD_LIMIT || frame.variableBytes > VARIABLES_LIMIT) throw new TooLarge(this.state.name);
    return variables;
  }

  /** An error of an expression as the state's error, told in history if it is a query's; others as they are. */
  failure(thrown: unknown): StateError {
    if (thrown instanceof StateError) return thrown;
    if (isTooDeep(thrown)) return this.failure(tooDeep());
    if (!(thrown instanceof EvaluationProblem)) throw thrown;
    const { execution, lifetime } = this.frame;
    lifetime.check();
    const cause = `An error occurred while executing the state '${this.state.name}' (entered at the event id #${this.entered.id}). ${thrown.message}`;
    if (thrown.error === 'States.QueryEvaluationError') {
      this.frame.cursor = execution.event(this.frame.id, 'EvaluationFailed', this.entered.previous, {
        cause,
        error: thrown.error,
        ...(thrown.location !== undefined && { location: thrown.location }),
        state: this.state.name,
      });
    }
    return new StateError(thrown.error, cause);
  }
}
