// What is said of a stage, wherever it is shown.
import type { StageRecord } from '../records/index.ts';
import { momentText, plural } from './words.ts';

/** Why a stage is as it is. */
export const whyOf = (record: StageRecord): string => {
  const {
    stage,
    status,
    question,
    until,
    error,
    cause = '',
    reason,
    warning,
    via,
    primary,
    substituted,
    cachedFrom,
    items,
  } = record;
  if (substituted) return `the value of onFailure, for ${error}: ${cause}`;
  if (status === 'completed' && via) return `by the fallback ${via}, for ${primary?.error}: ${primary?.cause}`;
  if (status === 'waiting')
    return `${question?.prompt ?? 'waits'}${until === undefined ? '' : ` (until ${momentText(until)})`}`;
  if (error !== undefined) return `${error}: ${cause}`;
  if (warning !== undefined) return warning;
  if (cachedFrom)
    return `cached from ${cachedFrom.run}${cachedFrom.stage === stage ? '' : `, stage ${cachedFrom.stage}`}`;
  if (items?.cached) return `${plural(items.cached, 'item')} cached`;
  return reason ?? '';
};

/** After all times. */
const notBegun = '9999';

/** In the order in which they began, those that did not by their end; what is to be done again comes last. */
export const byBegin = (a: StageRecord, b: StageRecord): number =>
  (a.startedAt ?? a.endedAt ?? notBegun).localeCompare(b.startedAt ?? b.endedAt ?? notBegun);

/** Milliseconds that a stage took; undefined when it did not run, or still does. */
export const stageMs = ({ durationMs, startedAt, endedAt, status }: StageRecord): number | undefined => {
  if (durationMs !== undefined) return durationMs;
  if (status === 'skipped' || startedAt === undefined || endedAt === undefined) return undefined;
  return Date.parse(endedAt) - Date.parse(startedAt);
};
