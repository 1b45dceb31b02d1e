// A checked definition, ready to run: every expression compiled, every target known.
import type { Reference } from '../expressions/reference.ts';
import type { Scope, Variables } from '../expressions/scope.ts';
import type { Json } from '../json.ts';

export type QueryLanguage = 'JSONPath' | 'JSONata';
export type MaybeAsync<T> = T | Promise<T>;
export type Evaluate<T> = (scope: Scope) => MaybeAsync<T>;

/** States and where they start: a whole machine, a branch of a Parallel, or what a Map runs for each item. */
export interface Sequence {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export interface StateMachine extends Sequence {
  readonly timeoutSeconds: number | undefined;
}

/** New variables as a state leaves; undefined where it assigns none. */
export type Assign = Evaluate<Variables> | undefined;

/** How data enters and leaves a state, the same for both query languages. */
export interface Flow {
  /** No field touches the input on its way to the state's work: the payload can be handed on unread. */
  readonly plainInput: boolean;
  /** No field touches the result on its way out. */
  readonly plainOutput: boolean;
  /** JSONPath: InputPath. JSONata: the input itself. */
  readonly input: (scope: Scope) => Json;
  /** Parameters or Arguments; undefined where the state has none. */
  readonly parameters: Evaluate<Json> | undefined;
  /** JSONPath: ResultSelector. */
  readonly select: ((scope: Scope) => Json) | undefined;
  /** The state's output. `scope.input` is the raw input, `scope.result` the (selected) result. */
  readonly output: Evaluate<Json>;
  readonly assign: Assign;
}

interface Common {
  readonly name: string;
  readonly language: QueryLanguage;
  /** Undefined at the end of its sequence. */
  readonly next: string | undefined;
  readonly flow: Flow;
}

export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number | undefined;
  readonly jitter: boolean;
}

export interface Catcher {
  readonly errors: readonly string[];
  readonly next: string;
  /** `scope.input` is the state's raw input, `scope.errorOutput` the error. */
  readonly output: Evaluate<Json>;
  readonly assign: Assign;
}

interface Guarded {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface TaskState extends Common, Guarded {
  readonly kind: 'Task';
  readonly resource: string;
  /** `Credentials`: gives `{ RoleArn }`. */
  readonly credentials: Evaluate<Json> | undefined;
  /** Seconds, or undefined where the state has none. */
  readonly timeout: Evaluate<number> | undefined;
  readonly heartbeat: Evaluate<number> | undefined;
}

export interface PassState extends Common {
  readonly kind: 'Pass';
  readonly result: Json | undefined;
}

export interface ChoiceRule {
  readonly test: Evaluate<boolean>;
  readonly next: string;
  readonly assign: Assign;
  readonly output: Evaluate<Json> | undefined;
}

export interface ChoiceState extends Common {
  readonly kind: 'Choice';
  readonly rules: readonly ChoiceRule[];
  readonly otherwise: string | undefined;
}

export interface WaitState extends Common {
  readonly kind: 'Wait';
  /** Milliseconds since the epoch at which the wait ends. */
  readonly due: (scope: Scope, now: number) => MaybeAsync<number>;
}

export interface SucceedState extends Common {
  readonly kind: 'Succeed';
}

export interface FailState extends Common {
  readonly kind: 'Fail';
  readonly error: Evaluate<string> | undefined;
  readonly cause: Evaluate<string> | undefined;
}

export interface ParallelState extends Common, Guarded {
  readonly kind: 'Parallel';
  readonly branches: readonly Sequence[];
}

/** What a Distributed Map has beyond an inline one. */
export interface Distribution {
  readonly express: boolean;
  readonly label: string | undefined;
  readonly reader: ItemReader | undefined;
  readonly batcher: ItemBatcher | undefined;
  readonly writer: ResultWriter | undefined;
  readonly toleratedCount: Evaluate<number> | undefined;
  readonly toleratedPercentage: Evaluate<number> | undefined;
}

export interface ItemReader {
  readonly resource: string;
  readonly parameters: Evaluate<Json>;
  readonly config: Readonly<Record<string, Json>>;
  readonly maxItems: Evaluate<number> | undefined;
}

export interface ItemBatcher {
  readonly maxItems: Evaluate<number> | undefined;
  readonly maxBytes: Evaluate<number> | undefined;
  readonly batchInput: Evaluate<Json> | undefined;
}

export interface ResultWriter {
  readonly resource: string | undefined;
  readonly parameters: Evaluate<Json> | undefined;
  readonly transformation: 'NONE' | 'COMPACT' | 'FLATTEN';
  readonly outputType: 'JSON' | 'JSONL';
}

export interface MapState extends Common, Guarded {
  readonly kind: 'Map';
  /** The items; undefined where the state's input is the array itself. */
  readonly items: Evaluate<Json> | undefined;
  readonly itemsPath: Reference | undefined;
  readonly selector: Evaluate<Json> | undefined;
  /** 0 is "as many as there are". */
  readonly maxConcurrency: Evaluate<number> | undefined;
  readonly processor: Sequence;
  readonly distribution: Distribution | undefined;
  /** It is inline and has what only a distributed one can: AWS says so as it runs. */
  readonly isMisplaced: boolean;
}

export type State =
  | TaskState
  | PassState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;
