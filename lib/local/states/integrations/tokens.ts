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

export class Tokens {
  readonly #waiting = new Map<string, Waiting>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** A token in the form of AWS's: long, opaque base64. */
  make(): string {
    const bytes = Buffer.alloc(96);
    for (let at = 0; at < bytes.length; at++) bytes[at] = Math.floor(this.#random() * 256);
    return `${PREFIX}${bytes.toString('base64')}`;
  }

  /** Resolves when somebody completes `token`; rejects with StateError when somebody fails it. */
  wait(token: string, lifetime: Lifetime, beat: () => void): Promise<Payload> {
    return lifetime.until((resolve, reject) => {
      const forget = () => this.#waiting.delete(token);
      this.#waiting.set(token, {
        resolve: (output) => {
          forget();
          resolve(output);
        },
        reject: (problem) => {
          forget();
          reject(problem);
        },
        beat,
      });
      return forget;
    });
  }

  succeed(token: string, output: string): void {
    const payload = Payload.parse(output);
    try {
      void payload.value;
    } catch {
      throw new AwsError('InvalidOutput', `Invalid Output: 'Invalid JSON: ${output.slice(0, 100)}'`);
    }
    this.#find(token).resolve(payload);
  }

  fail(token: string, error: string | undefined, cause: string | undefined): void {
    this.#find(token).reject(new StateError(error, cause));
  }

  beat(token: string): void {
    this.#find(token).beat();
  }

  #find(token: string): Waiting {
    const waiting = this.#waiting.get(token);
    if (waiting) return waiting;
    if (!token.startsWith(PREFIX)) throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`);
    throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  }
}
