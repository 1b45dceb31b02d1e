// Lambda's concurrency: a number at once.
import { TokenBucket } from '../support/token-bucket.ts';

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
