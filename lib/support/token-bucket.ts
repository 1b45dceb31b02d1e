/** Tokens that come back at a rate, as AWS throttles calls with. Times are in seconds and go forward only. */
export class TokenBucket {
  readonly #size: number;
  readonly #rate: number;
  #tokens: number;
  #at: number;

  constructor(size: number, rate: number, at = 0) {
    this.#size = size;
    this.#rate = rate;
    this.#tokens = size;
    this.#at = at;
  }

  /** Takes `count` tokens, if they are there at that time. */
  take(at: number, count = 1): boolean {
    this.#fill(at);
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }

  /** Takes `count` tokens as soon as they will be there, and gives how many seconds that is away: a queue in order. */
  reserve(at: number, count = 1): number {
    this.#fill(at);
    this.#tokens -= count;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#rate;
  }

  /** How many seconds a reservation made now would have to wait. */
  waitFor(at: number, count = 1): number {
    this.#fill(at);
    return Math.max(0, (count - this.#tokens) / this.#rate);
  }

  #fill(at: number): void {
    this.#tokens = Math.min(this.#size, this.#tokens + (at - this.#at) * this.#rate);
    this.#at = at;
  }
}
