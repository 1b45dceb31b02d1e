import { controlValuesOf } from '../estimate/flow-bytes.ts';
import { type LimitRule, placeOf } from './rule.ts';

/**
 * HDL234, a warning: a condition reads a value whose contract sets no bound to its length. What a condition reads travels
 * through the state machine, where 262,144 bytes are too many; a run in which the value is that long fails at that stage. Fix:
 * bound it in the output contract (an enum, `z.string().max(200)`), or have the stage give what the condition needs to know.
 */
export const controlValuesAreBounded: LimitRule = (context) =>
  controlValuesOf(context.graph)
    .filter(({ most }) => most === Number.POSITIVE_INFINITY)
    .map(({ name, stage }) => ({
      code: 'HDL234',
      severity: 'warning',
      at: placeOf(context, stage),
      message: `a condition reads ${name}, whose contract sets no bound to its length, and it travels through the state machine, which takes 262,144 bytes`,
      fix: 'bound it in the contract, such as z.enum([…]) or z.string().max(200)',
    }));
