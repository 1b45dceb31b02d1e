import { grouped, type LimitRule, placeOf } from './rule.ts';

/**
 * HDL233: what a state passes on is longer than the 256 KiB that Step Functions takes. Data never passes through it, so it is
 * a long constant, or very many branches at once. An error when it is certainly so; a warning when the longest values that
 * the contracts allow make it so. Fix: pass long constants by reference, or shorten what conditions read.
 */
export const payloadFits: LimitRule = (context) =>
  context.estimate.limits.flatMap(({ limit, most, least, worst, stage }) => {
    // A value without a bound is HDL234's to tell.
    if (limit !== 'payload bytes' || worst <= most || (least <= most && worst === Number.POSITIVE_INFINITY)) return [];
    const certain = least > most;
    return [
      {
        code: 'HDL233',
        severity: certain ? 'error' : 'warning',
        at: placeOf(context, stage),
        message: certain
          ? `a state passes on ${grouped(least)} bytes, but Step Functions takes ${grouped(most)}`
          : `a state may pass on ${grouped(worst)} bytes, but Step Functions takes ${grouped(most)}`,
        fix: certain
          ? 'pass long constants by reference (a key in the bucket), or run fewer stages beside each other'
          : 'bound the values that conditions read (z.string().max(…)), or run fewer stages beside each other',
      },
    ];
  });
