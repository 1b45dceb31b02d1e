// Pools and their keys: what fits compiles, what does not is a type error.
import * as z from 'zod';
import { definePipeline, definePool, defineStage } from '../../lib/definition/index.ts';
import { stageHandler } from '../../lib/runtime/index.ts';

const push = defineStage('push', {
  input: z.object({ customer: z.string(), rank: z.number(), tags: z.array(z.string()) }),
  output: z.object({ ok: z.boolean() }),
});
const open = definePool('open', { slots: 4 });
const crm = definePool('crm', { slots: 4, rate: { per: '1s', calls: 5 }, key: 'customer', priority: true });
const byRank = definePool('byRank', { rate: { per: '1m', calls: 60 }, key: 'rank', priority: { aging: '1h' } });
const byTenant = definePool('byTenant', { slots: 1, key: 'tenant' });
const byTags = definePool('byTags', { slots: 1, key: 'tags' });

definePipeline('pooled', { input: z.object({ customers: z.array(z.string()) }) }, (flow) => {
  const input = { customer: 'acme', rank: 1, tags: [] };
  flow.task(push, input, { pool: open });
  flow.task(push, input, { pool: crm, id: 'second' });
  flow.task(push, input, { pool: byRank, id: 'third' });
  flow.map(push, flow.input.customers, (customer) => ({ ...input, customer }), { pool: crm, batch: 1, id: 'fourth' });
  // @ts-expect-error the input has no field `tenant`
  flow.task(push, input, { pool: byTenant, id: 'fifth' });
  // @ts-expect-error a list is no key
  flow.task(push, input, { pool: byTags, id: 'sixth' });
  // @ts-expect-error nor in a map
  flow.map(push, flow.input.customers, (customer) => ({ ...input, customer }), { pool: byTenant, id: 'seventh' });
  // @ts-expect-error a pool is made by definePool
  flow.task(push, input, { pool: 'crm', id: 'eighth' });
});
// @ts-expect-error a window is a span of time
definePool('odd', { rate: { per: 60, calls: 1 } });

stageHandler(push, async ({ input, pool }) => {
  await using slot = await pool(crm).take({ key: input.customer });
  await pool(open).take();
  await pool(byRank).take({ key: input.rank, calls: 3 });
  // @ts-expect-error the pool has a key
  await pool(crm).take();
  // @ts-expect-error this one has none
  await pool(open).take({ key: 'acme' });
  return { ok: typeof slot.release === 'function' };
});
