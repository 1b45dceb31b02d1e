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

const slotMs = 900_000; // since 1973, clocks have only been changed at quarters of an hour of UTC
const mostSlots = 50_000;
const offsets = new Map<string, Map<number, number>>();

/** How far the wall clock in `zone` is ahead of UTC at `utcMs`. Asking Intl takes 10 µs, so what it said is kept for a while. */
const offsetMs = (zone: string, utcMs: number): number => {
  const known = offsets.get(zone) ?? new Map<number, number>();
  offsets.set(zone, known);
  const slot = Math.floor(utcMs / slotMs);
  const kept = known.get(slot);
  if (kept !== undefined) return kept;
  const part: { [type: string]: number } = {};
  for (const { type, value } of formatOf(zone).formatToParts(slot * slotMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - slot * slotMs;
  if (known.size >= mostSlots) known.clear();
  known.set(slot, offset);
  return offset;
};

/** What a wall clock in `zone` shows at `utcMs`, as the milliseconds at which a UTC clock would show the same. */
export const wallClockMs = (zone: string, utcMs: number): number =>
  zone === 'UTC' ? utcMs : utcMs + offsetMs(zone, utcMs);

/** The instants at which a wall clock in `zone` shows `wallMs`, in order: none where clocks jump over it, two where they go back. */
export const instantsOf = (zone: string, wallMs: number): readonly number[] => {
  if (zone === 'UTC') return [wallMs];
  const around = [wallMs - DAY_MS, wallMs + DAY_MS].map((near) => wallClockMs(zone, near) - near);
  const instants = around.map((offset) => wallMs - offset).filter((utcMs) => wallClockMs(zone, utcMs) === wallMs);
  return [...new Set(instants)].sort((a, b) => a - b);
};

/**
 * The instant at which a wall clock in `zone` first shows `wallMs`; undefined where clocks jump over it.
 *
 * The first of two: when clocks go back, EventBridge Scheduler invokes once and does not repeat.
 */
export const instantOf = (zone: string, wallMs: number): number | undefined => instantsOf(zone, wallMs)[0];
