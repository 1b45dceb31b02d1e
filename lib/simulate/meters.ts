// What is measured while time passes: rates by the second, levels, and how long things take.

/** Counts by the second, with the busiest one. */
export class Meter {
  total = 0;
  peak = 0;
  peakAt = 0;
  #second = -1;
  #count = 0;

  add(at: number, count = 1): number {
    const second = Math.floor(at);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    this.#count += count;
    this.total += count;
    if (this.#count > this.peak) {
      this.peak = this.#count;
      this.peakAt = second;
    }
    return this.#count;
  }
}

/** A number that goes up and down, with its highest. */
export class Level {
  now = 0;
  peak = 0;
  peakAt = 0;

  set(at: number, value: number): void {
    this.now = value;
    if (value > this.peak) {
      this.peak = value;
      this.peakAt = at;
    }
  }
}

const growth = 1.02;

/** Durations in steps of two per cent. */
export class Durations {
  readonly #counts: number[] = [];
  count = 0;
  most = 0;

  add(seconds: number): void {
    const place = Math.floor(Math.log(1 + seconds * 1_000) / Math.log(growth));
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.count += 1;
    this.most = Math.max(this.most, seconds);
  }

  /** What this share of them stays below; 0 where there are none. */
  percentile(share: number): number {
    let left = share * this.count;
    for (const [place, count = 0] of this.#counts.entries()) {
      left -= count;
      if (left <= 0 && count > 0) return Math.min(this.most, (growth ** (place + 1) - 1) / 1_000);
    }
    return this.most;
  }
}

/** Many meters of one second's counts, as arrays: one for each key. */
export class KeyMeters {
  readonly #seconds: Int32Array;
  readonly #counts: Float64Array;
  readonly peaks: Float64Array;

  constructor(keys: number) {
    this.#seconds = new Int32Array(keys).fill(-1);
    this.#counts = new Float64Array(keys);
    this.peaks = new Float64Array(keys);
  }

  /** Gives what the key has counted within the second. */
  add(key: number, at: number, count: number): number {
    const second = Math.floor(at);
    const before = this.#seconds[key] === second ? (this.#counts[key] as number) : 0;
    const now = before + count;
    this.#seconds[key] = second;
    this.#counts[key] = now;
    if (now > (this.peaks[key] as number)) this.peaks[key] = now;
    return now;
  }
}
