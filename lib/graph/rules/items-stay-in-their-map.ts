import { refsIn } from '../../definition/index.ts';
import { readsIn } from '../read.ts';
import { spelled } from '../source.ts';
import type { Rule } from './rule.ts';

/**
 * HDL211: the item of a `flow.map` is read outside the function that says what each call gets, often because that function
 * calls flow.task. Fix: return what the item's stage needs, and use its outputs after the map.
 */
export const itemsStayInTheirMap: Rule = ({ graph: { pipeline } }) =>
  readsIn(pipeline).flatMap(({ at, binding, items }) => {
    const stray = items ? undefined : refsIn(binding).find(({ source }) => source.kind === 'item');
    if (!stray) return [];
    return [
      {
        code: 'HDL211',
        severity: 'error',
        at,
        message: `reads ${spelled(stray)} outside the flow.map that it is an item of`,
        fix: 'a map runs one stage for each item: do the work in that stage, or in a second flow.map over its outputs',
      },
    ];
  });
