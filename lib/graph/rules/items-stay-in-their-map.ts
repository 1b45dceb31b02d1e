import { refsIn } from '../../definition/index.ts';
import { placesIn, readsIn } from '../read.ts';
import { spelled } from '../source.ts';
import type { Rule } from './rule.ts';

/**
 * HDL211: the item of a `flow.map` or `flow.each`, or what a stage gave for it, is read outside the function that says what
 * each item gets, often because that function calls flow.task. Fix: return what the item's stage needs, or call each.task; use
 * the outputs afterwards.
 */
export const itemsStayInTheirMap: Rule = ({ graph: { pipeline } }) => {
  const eachOf = new Map(
    placesIn(pipeline.flow).map(({ id, node }) => [id, node.kind === 'map' ? node.each : undefined]),
  );
  return readsIn(pipeline).flatMap(({ at, binding, items, each }) => {
    const stray = refsIn(binding).find(
      ({ source }) =>
        source.kind === 'item' && (!items || (source.stage !== undefined && eachOf.get(source.stage) !== each)),
    );
    if (!stray) return [];
    const ofEach = stray.source.kind === 'item' && stray.source.stage !== undefined;
    return [
      {
        code: 'HDL211',
        severity: 'error',
        at,
        message: `reads ${spelled(stray)} outside the flow.${ofEach ? 'each' : 'map'} that it is ${ofEach ? 'said in' : 'an item of'}`,
        fix: ofEach
          ? `call each.task for what is done with each item, and read the outputs of what flow.each gives for all of them`
          : 'a map runs one stage for each item: do the work in that stage, in a second flow.map over its outputs, or with flow.each',
      },
    ];
  });
};
