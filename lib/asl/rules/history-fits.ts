import { grouped, type LimitRule, placeOf } from './rule.ts';

/**
 * HDL231: a run writes more events into its history than the 25,000 that Step Functions keeps for an execution, which then
 * fails. An error when a run without failures does; a warning when one in which every retry is used would. Fix: larger batches
 * or fewer attempts for the stage named, or a part of the pipeline as a pipeline of its own.
 */
export const historyFits: LimitRule = (context) =>
  context.estimate.limits.flatMap(({ limit, most, happy, worst, stage }) => {
    if (limit !== 'history events' || worst <= most) return [];
    const map = context.estimate.stages.find((each) => each.stage === stage)?.map;
    const certain = happy > most;
    const retries = Math.floor((most - happy) / 3);
    return [
      {
        code: 'HDL231',
        severity: certain ? 'error' : 'warning',
        at: placeOf(context, stage),
        message: certain
          ? `a run writes ${grouped(happy)} history events, but Step Functions stops an execution at ${grouped(most)}`
          : `a run in which every retry is used writes ${grouped(worst)} history events, but Step Functions stops an execution at ${grouped(most)}; there is room for ${grouped(retries)} retries`,
        fix: map
          ? `set a larger batch (it runs ${grouped(map.batches)} batches), ${map.mode === 'inline' ? 'say expect: { items } on flow.map so that each batch gets a history of its own, ' : ''}or fewer retry.attempts`
          : 'set fewer retry.attempts, or make a part of the pipeline a pipeline of its own',
      },
    ];
  });
