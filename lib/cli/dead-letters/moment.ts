import { CliError } from '../cli-error.ts';

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A moment as ISO 8601 in UTC: `6h` is six hours before `now`. Throws CliError HDL650. */
export const readMoment = (option: string, text: string | undefined, now: number): string | undefined => {
  if (text === undefined) return undefined;
  const [, count, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  // Too long ago is no moment either. Date.parse takes much for a time: `7` for a day in July 2001. The pattern allows these units only.
  const given = /^\d{4}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  const ms = unit === undefined ? given : now - Number(count) * unitMs[unit as keyof typeof unitMs];
  const moment = new Date(ms);
  if (!Number.isNaN(moment.getTime())) return moment.toISOString();
  throw new CliError(
    'HDL650',
    2,
    `--${option} is '${text}'`,
    'how long ago (90m, 6h, 2d) or an ISO 8601 time (2026-01-31, 2026-01-31T08:00:00Z)',
    'write it in one of these forms',
  );
};
