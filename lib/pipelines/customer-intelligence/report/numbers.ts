// Figures and days as a reader expects them.

const whole = new Intl.NumberFormat('en-GB');
const share = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 0 });
const fineShare = new Intl.NumberFormat('en-GB', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const signed = new Intl.NumberFormat('en-GB', {
  signDisplay: 'exceptZero',
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const fullDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

export const count = (value: number): string => whole.format(value);
/** `0.486` as `49%`. */
export const percent = (value: number): string => share.format(value);
/** `0.8557` as `85.6%`. */
export const finePercent = (value: number): string => fineShare.format(value);
/** A score as `+0.31`, with a true minus sign. */
export const signedScore = (value: number): string => signed.format(value).replace('-', '\u2212');
/** `2026-01-05` as `5 Jan`. */
export const shortDay = (day: string): string => dayAndMonth.format(Date.parse(day));
/** `2026-01-05` as `5 Jan 2026`. */
export const longDay = (day: string): string => fullDay.format(Date.parse(day));

/** `3 rows`, `1 row`. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;
