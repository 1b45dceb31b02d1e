// Task tokens: who waits for which, and what SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat do to them.
import { AwsError } from '../../service.ts';
import { StateError } from '../errors.ts';
import { Payload } from '../json.ts';
import type { Lifetime } from '../machine/lifetime.ts';

interface Waiting {
  readonly resolve: (output: Payload) => void;
  readonly reject: (problem: StateError) => void;
  readonly beat: () => void;
}

const PREFIX = 'AQCgAAAAKgAAAAMAAAAAAAAAAQ';

type Answer = { readonly output: Payload } | { readonly problem: StateError } | 'beat';

const timedOut = (): AwsError => new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
/** That its answer came too late, a worker would believe. */
const closing = (): AwsError =>
  new AwsError('ServiceUnavailable', 'the engine closes: the task waits for its answer when it is opened again', 503);

const give = (waiting: Waiting, answer: Answer): void => {
  if (answer === 'beat') waiting.beat();
  else if ('output' in answer) waiting.resolve(answer.output);
  else waiting.reject(answer.problem);
};

export class Tokens {
  readonly #waiting = new Map<string, Waiting>();
  /** Tokens of tasks that will wait again once their executions have been taken up, and answers that came before that. */
  readonly #expected = new Map<string, ((waiting: Waiting | undefined) => void)[]>();
  readonly #random: () => number;
  #isClosed = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** A token in the form of AWS's: long, opaque base64. */
  make(): string {
    const bytes = Buffer.alloc(96);
    for (let at = 0; at < bytes.length; at++) bytes[at] = Math.floor(this.#random() * 256);
    return `${PREFIX}${bytes.toString('base64')}`;
  }

  /** After a restart: somebody waited for `token`, and will again. */
  expect(token: string): void {
    if (!this.#waiting.has(token)) this.#expected.set(token, []);
  }

  /** It will not be waited for again. */
  forget(token: string): void {
    const early = this.#expected.get(token) ?? [];
    this.#expected.delete(token);
    for (const tell of early) tell(undefined);
  }

  /** Resolves when somebody completes `token`; rejects with StateError when somebody fails it. */
  wait(token: string, lifetime: Lifetime, beat: () => void): Promise<Payload> {
    return lifetime.until((resolve, reject) => {
      const forget = () => this.#waiting.delete(token);
      const waiting: Waiting = {
        resolve: (output) => {
          forget();
          resolve(output);
        },
        reject: (problem) => {
          forget();
          reject(problem);
        },
        beat,
      };
      this.#waiting.set(token, waiting);
      const early = this.#expected.get(token) ?? [];
      this.#expected.delete(token);
      // Not in this call: `until` has not got `forget` yet.
      for (const tell of early) queueMicrotask(() => tell(waiting));
      return forget;
    });
  }

  /** Resolves when the task has got the answer. Throws InvalidOutput, InvalidToken, TaskTimedOut. */
  async succeed(token: string, output: string): Promise<void> {
    const payload = Payload.parse(output);
    try {
      void payload.value;
    } catch {
      throw new AwsError('InvalidOutput', `Invalid Output: 'Invalid JSON: ${output.slice(0, 100)}'`);
    }
    await this.#answer(token, { output: payload });
  }

  async fail(token: string, error: string | undefined, cause: string | undefined): Promise<void> {
    await this.#answer(token, { problem: new StateError(error, cause) });
  }

  async beat(token: string): Promise<void> {
    await this.#answer(token, 'beat');
  }

  /** From now on nobody takes an answer up: tasks wait for theirs when the engine is opened again. */
  close(): void {
    this.#isClosed = true;
    for (const token of [...this.#expected.keys()]) this.forget(token);
  }

  /** Throws ServiceUnavailable where an answer may not have been taken up. */
  check(): void {
    if (this.#isClosed) throw closing();
  }

  #answer(token: string, answer: Answer): Promise<void> | undefined {
    this.check();
    const waiting = this.#waiting.get(token);
    if (waiting) {
      give(waiting, answer);
      return undefined;
    }
    const early = this.#expected.get(token);
    if (early) {
      return new Promise((resolve, reject) => {
        early.push((later) => {
          if (!later) return reject(this.#isClosed ? closing() : timedOut());
          give(later, answer);
          resolve();
        });
      });
    }
    if (!token.startsWith(PREFIX)) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    throw timedOut();
  }
}
