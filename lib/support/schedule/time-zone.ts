const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>(); // making one costs more than all of its uses

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
};

/** Whether the IANA time zone database of this Node knows `zone`. */
export const isTimeZone = (zone: string): boolean => {
  try {
    formatOf(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** What a wall clock in `zone` shows at `utcMs`, as the milliseconds at which a UTC clock would show the same. */
export const wallClockMs = (zone: string, utcMs: number): number => {
  if (zone === 'UTC') return utcMs;
  const part: { [type: string]: number } = {};
  for (const { type, value } of formatOf(zone).formatToParts(utcMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((utcMs % 1000) + 1000) % 1000);
};

/**
 * The instant at which a wall clock in `zone` first shows `wallMs`; undefined where clocks jump over it.
 *
 * The first of two: when clocks go back, EventBridge Scheduler invokes once and does not repeat.
 */
export const instantOf = (zone: string, wallMs: number): number | undefined => {
  const offsets = [wallMs - DAY_MS, wallMs + DAY_MS].map((near) => wallClockMs(zone, near) - near);
  const instants = offsets.map((offset) => wallMs - offset).filter((utcMs) => wallClockMs(zone, utcMs) === wallMs);
  return instants.length > 0 ? Math.min(...instants) : undefined;
};
