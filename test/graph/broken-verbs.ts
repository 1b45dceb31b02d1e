// What the rules refuse of stages without a handler: each definition with its messages in full.
import type { Pipeline } from '../../lib/definition/index.ts';
import { list, orders } from './definitions.ts';

export const brokenVerbs: Record<string, [Pipeline | readonly Pipeline[], ...string[]]> = {
  'a wait with the name of a stage': [
    orders((flow) => [flow.task(list, flow.input), flow.wait('list', { for: '1h' })]),
    "HDL102 orders.list: two stages are called list. Fix: give this one a name of its own: flow.wait('list2', …).",
  ],
  'a wait of half a second': [
    orders((flow) => flow.wait('pause', { for: '0.5s' })),
    "HDL230 orders.pause: for is 0.5 s, but Step Functions waits whole seconds from 1. Fix: set whole seconds, such as '30s'.",
  ],
  'a wait of more than a year': [
    orders((flow) => flow.wait('pause', { for: '365d' })),
    'HDL230 orders.pause: for is 365 days, but Step Functions ends every execution after a year. Fix: set 364d or less, or start another run then.',
  ],
  'a wait until a day that may be too far away': [
    orders((flow) => flow.wait('pause', { until: flow.input.day, atMost: '400d' })),
    'HDL230 orders.pause: atMost is 400 days, but Step Functions ends every execution after a year. Fix: set 364d or less, or start another run then.',
  ],
  'a wait until a number': [
    orders((flow) => flow.wait('pause', { until: flow.task(list, flow.input).total })),
    'HDL230 orders.pause: until is a number, not a moment. Fix: pass text in ISO 8601.',
  ],
  'a wait until something else': [
    orders((flow) => flow.wait('pause', { until: '2026-01-31 09:00' })),
    'HDL230 orders.pause: until is "2026-01-31 09:00", not a moment. Fix: write it in ISO 8601 with its zone, such as \'2026-01-31T09:00:00Z\'.',
  ],
  'a wait until a field that is not there': [
    orders((flow) => flow.wait('pause', { until: flow.task(list, flow.input).foldr })),
    'HDL203 orders.pause: reads list.foldr, but list has no field foldr. Fix: read list.folder.',
  ],
};
