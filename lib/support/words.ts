// Numbers and times as people read them. Pure.

/** A length of time: `85 ms`, `1.2 s`, `48 s`, `3 m 20 s`, `2 h 5 m`, `3 d 4 h`. */
export const duration = (ms: number): string => {
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
  return `${Math.floor(minutes / 1_440)} d ${Math.floor((minutes % 1_440) / 60)} h`;
};

const units = [
  { seconds: 86_400, name: 'd' },
  { seconds: 3_600, name: 'h' },
  { seconds: 60, name: 'm' },
  { seconds: 1, name: 's' },
] as const;

/** How long before `now` an ISO 8601 time was: `now`, `40 s ago`, `3 h ago`; the date after 30 days. */
export const ago = (time: string, now: number): string => {
  const seconds = Math.floor((now - Date.parse(time)) / 1_000);
  if (seconds < 1) return 'now';
  if (seconds >= 30 * 86_400) return time.slice(0, 10);
  const unit = units.find((candidate) => seconds >= candidate.seconds) ?? units[3];
  return `${Math.floor(seconds / unit.seconds)} ${unit.name} ago`;
};

/** Dollars, to a thousandth of a cent below one: `$0.00041`, `$1.30`, `<$0.00001`. */
export const dollars = (amount: number): string => {
  if (amount >= 1) return `$${amount.toFixed(2)}`;
  return amount > 0 && amount < 0.00001 ? '<$0.00001' : `$${amount.toFixed(5)}`;
};

/** Dollars with three digits that count: `0.0412`, `5.30`, `1,240`. The heading says the unit. */
export const price = (amount: number): string => {
  if (amount === 0) return '0';
  if (amount >= 100) return Math.round(amount).toLocaleString('en-US');
  if (amount >= 1) return amount.toFixed(2);
  return amount < 0.0001 ? '<0.0001' : amount.toFixed(4);
};

/** A text less what a terminal would obey; where it has several lines, each after the first is indented so far. */
export const plain = (text: string, indent = 0): string =>
  text
    .replace(/(?!\n)\p{Cc}/gu, ' ')
    .trimEnd()
    .replaceAll('\n', `\n${' '.repeat(indent)}`);

/** A text on one line, cut to a width with `…`. What a terminal would obey is left out. */
export const oneLine = (text: string, width: number): string => {
  const flat = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return flat.length <= width ? flat : `${flat.slice(0, Math.max(0, width - 1))}…`;
};
