import { choicesIn } from '../../definition/index.ts';
import { placesIn, readsIn } from '../read.ts';
import type { Rule } from './rule.ts';

/**
 * HDL215: something reads what a choice gives that has no `otherwise`, so that where its condition does not hold there is
 * nothing to read. Fix: say what it gives then: flow.choose(when, then, otherwise).
 */
export const choicesHaveAValue: Rule = ({ graph: { pipeline } }) => {
  const partial = new Set(
    placesIn(pipeline.flow).flatMap(({ id, node }) => (node.kind === 'choose' && node.withoutOtherwise ? [id] : [])),
  );
  return readsIn(pipeline).flatMap(({ at, binding }) => {
    const read = choicesIn(binding).find((choice) => partial.has(choice));
    if (read === undefined) return [];
    return [
      {
        code: 'HDL215',
        severity: 'error',
        at,
        message: `reads what ${read} gives, but ${read} has no otherwise branch, so it gives nothing when its condition does not hold`,
        fix: 'give flow.choose a third function that returns the value for that case',
      },
    ];
  });
};
