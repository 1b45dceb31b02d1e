// The two kinds of quota: a rate with what may be saved up, and a number at once.

/** Tokens that come back at a rate. Time goes forward only. */
export class TokenBucket {
  readonly #size: number;
  readonly #rate: number;
  #tokens: number;
  #at = 0;

  constructor(size: number, rate: number) {
    this.#size = size;
    this.#rate = rate;
    this.#tokens = size;
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

/** Lambda: so many calls at once in the account, and functions that get environments at a bounded pace. */
export class Concurrency {
  readonly #most: number;
  readonly #scaling: { readonly bucket: number; readonly rate: number };
  readonly #functions = new Map<number, { busy: number; environments: number; scaling: TokenBucket | undefined }>();
  busy = 0;

  constructor(most: number, scaling: { readonly bucket: number; readonly rate: number }) {
    this.#most = most;
    this.#scaling = scaling;
  }

  /** `throttled` by the account's concurrency, or by the pace at which the function gets environments. */
  take(of: number, at: number): 'taken' | 'concurrency' | 'scaling' {
    if (this.busy >= this.#most) return 'concurrency';
    const one = this.#of(of);
    if (one.busy >= one.environments) {
      const { bucket, rate } = this.#scaling;
      one.scaling ??= new TokenBucket(bucket, rate);
      if (!one.scaling.take(at)) return 'scaling';
      one.environments += 1;
    }
    one.busy += 1;
    this.busy += 1;
    return 'taken';
  }

  release(of: number): void {
    this.#of(of).busy -= 1;
    this.busy -= 1;
  }

  #of(of: number) {
    const known = this.#functions.get(of);
    if (known) return known;
    const made = { busy: 0, environments: 0, scaling: undefined };
    this.#functions.set(of, made);
    return made;
  }
}
