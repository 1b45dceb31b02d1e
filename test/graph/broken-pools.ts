// What the rules refuse of pools: each definition with its messages in full.
import * as z from 'zod';
import { definePool, defineStage, type Pipeline, type Pool } from '../../lib/definition/index.ts';
import { list, orders } from './definitions.ts';

const pooled = (pool: Pool<never>): Pipeline => orders((flow) => flow.task(list, flow.input, { pool }));
const slots = definePool('crm', { slots: 4 });
const push = defineStage('push', { input: z.object({ customer: z.string() }), output: z.looseObject({}) });
const keyed = definePool('crm', { slots: 4, key: 'customer' });
/** As who does not heed the types would. */
const elsewhere = definePool('crm', { slots: 4, key: 'tenant' }) as Pool as Pool<never>;

export const brokenPools: Record<string, [Pipeline | readonly Pipeline[], ...string[]]> = {
  'a pool with no slots and no rate': [
    pooled(definePool('crm', {})),
    'HDL700 orders.list: the pool crm has no slots and no rate, so it limits nothing. Fix: set slots or rate.',
  ],
  'a name that is no plain one': [
    pooled(definePool('crm/*', { slots: 1 })),
    "HDL106 orders.list: the pool name 'crm/*' is not a lower-case letter followed by letters and digits. Fix: call it crm.",
  ],
  'no slots, no calls': [
    pooled(definePool('crm', { slots: 0, rate: { per: '1s', calls: 0 } })),
    'HDL700 orders.list: the pool crm has 0 slots. Fix: set a whole number, 1 or more.',
    'HDL700 orders.list: the pool crm has a rate of 0 calls. Fix: set a whole number, 1 or more.',
  ],
  'a rate below nothing, in no time': [
    pooled(definePool('crm', { rate: { per: '0s', calls: -1 } })),
    'HDL700 orders.list: the pool crm has a rate of -1 calls. Fix: set a whole number, 1 or more.',
    "HDL700 orders.list: the pool crm counts calls in 0 s. Fix: set per from '1s' to '1d'.",
  ],
  'more slots and calls than an item bears': [
    pooled(definePool('crm', { slots: 1_001, rate: { per: '1s', calls: 501 } })),
    'HDL702 orders.list: the pool crm has 1001 slots, but one pool holds 1000. Fix: give it a key, make several pools, or set less.',
    'HDL702 orders.list: the pool crm has 501 calls a second, but one pool gives 500. Fix: give it a key, make several pools, or set less.',
  ],
  'two pools of one name': [
    orders((flow) => {
      flow.task(list, flow.input, { pool: slots });
      flow.task(push, { customer: 'acme' }, { pool: definePool('crm', { slots: 5, key: 'customer' }) });
    }),
    'HDL701 orders.push: the pool crm is 5 slots, for each customer here, but 4 slots where orders.list uses it. Fix: define it once and import it, or rename one.',
  ],
  'a key that the input does not have': [
    orders((flow) => flow.task(push, { customer: 'acme' }, { pool: elsewhere })),
    'HDL703 orders.push: the pool crm has limits for each tenant, which is no field of the input of push. Fix: name a field that it has, or add tenant to its input.',
  ],
  'a key in batches': [
    orders((flow) =>
      flow.map(push, flow.task(list, flow.input).files, () => ({ customer: 'acme' }), { pool: keyed, batch: 10 }),
    ),
    'HDL704 orders.push: the pool crm has limits for each customer, but a batch holds 10 items. Fix: set batch: 1.',
  ],
};
