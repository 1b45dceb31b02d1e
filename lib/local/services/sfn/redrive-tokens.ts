// The client tokens of redrives: the same token again gives what the first call gave. AWS keeps the last ten of an execution,
// each for a quarter of an hour. https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
import type { Clock } from '../../clock.ts';

const MOST = 10;
const VALID_MS = 15 * 60_000;

interface Used {
  readonly token: string;
  readonly at: number;
  readonly answer: Promise<number>;
}

export class RedriveTokens {
  readonly #clock: Clock;
  readonly #used = new Map<string, readonly Used[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `redrive`, unless `token` has redriven this execution before. A token of a redrive that was refused is free again. */
  async once(executionArn: string, token: string | undefined, redrive: () => Promise<number>): Promise<number> {
    if (token === undefined) return redrive();
    const at = this.#clock.now();
    const valid = this.#of(executionArn).filter((each) => at - each.at < VALID_MS);
    const known = valid.find((each) => each.token === token);
    if (known) return known.answer;
    const used = { token, at, answer: redrive() };
    this.#used.set(executionArn, [...valid, used].slice(-MOST));
    try {
      return await used.answer;
    } catch (refused) {
      const others = this.#of(executionArn).filter((each) => each !== used);
      if (others.length > 0) this.#used.set(executionArn, others);
      else this.#used.delete(executionArn);
      throw refused;
    }
  }

  #of(executionArn: string): readonly Used[] {
    return this.#used.get(executionArn) ?? [];
  }
}
