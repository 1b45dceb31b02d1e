import { grouped, type LimitRule, placeOf } from './rule.ts';

/**
 * HDL232: the compiled definition is longer than the 1 MiB that Step Functions takes. An error when it is so as it stands; a
 * warning when it may be so once the names of functions are filled in. Fix: take long constants out of what stages are given,
 * or make a part of the pipeline a pipeline of its own.
 */
export const definitionFits: LimitRule = (context) =>
  context.estimate.limits.flatMap(({ limit, most, least, worst, stage }) => {
    if (limit !== 'definition bytes' || worst <= most) return [];
    const certain = least > most;
    return [
      {
        code: 'HDL232',
        severity: certain ? 'error' : 'warning',
        at: placeOf(context, stage),
        message: certain
          ? `the definition has ${grouped(least)} bytes, but Step Functions takes ${grouped(most)}`
          : `the definition may have ${grouped(worst)} bytes once its names are filled in, but Step Functions takes ${grouped(most)}`,
        fix: 'pass long constants by reference, or make a part of the pipeline a pipeline of its own',
      },
    ];
  });
