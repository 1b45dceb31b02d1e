// When runs are asked for: at random, at a rate that goes with the time of day.

export type Shape = 'flat' | 'office' | 'burst';

export interface ArrivalsOptions {
  readonly perDay: number;
  readonly shape: Shape;
  /** The busiest time, as a multiple of the day's average. */
  readonly peak: number;
}

/** The peak of a shape where nobody says. */
export const usualPeak: { readonly [shape in Shape]: number } = { flat: 1, office: 3, burst: 60 };

const day = 86_400;
const hour = 3_600;

/** Numbers in [0, 1) that repeat with their seed (mulberry32). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** The rate at a time of day, as a multiple of the average: its mean over a day is 1 and its most is `peak`. */
export const rateAt = ({ shape, peak }: Omit<ArrivalsOptions, 'perDay'>, seconds: number): number => {
  switch (shape) {
    case 'flat':
      return 1;
    case 'burst':
      return seconds % hour < hour / peak ? peak : 0;
    case 'office': {
      // Half a wave over working hours on top of a level; the steeper the peak, the shorter the hours.
      const hours = Math.min(10, (12 * Math.PI) / peak);
      const mean = hours / (12 * Math.PI);
      const wave = (peak - 1) / (1 - mean);
      const since = ((seconds % day) / hour - (13 - hours / 2)) / hours;
      const height = since > 0 && since < 1 ? Math.sin(Math.PI * since) : 0;
      return peak - wave + wave * height;
    }
  }
};

/** The time of the next arrival after `seconds`. */
export const nextArrival = (options: ArrivalsOptions, seconds: number, random: () => number): number => {
  const average = options.perDay / day;
  const pause = (rate: number): number => -Math.log(1 - random()) / rate;
  if (options.shape === 'burst') {
    // In time that counts only while it bursts.
    const width = hour / options.peak;
    const counted = Math.floor(seconds / hour) * width + Math.min(width, seconds % hour);
    const next = counted + pause(average * options.peak);
    return Math.floor(next / width) * hour + (next % width);
  }
  // Candidates at the highest rate, of which as many count as the rate of their time says.
  for (let at = seconds; ; ) {
    at += pause(average * options.peak);
    if (random() * options.peak < rateAt(options, at)) return at;
  }
};
