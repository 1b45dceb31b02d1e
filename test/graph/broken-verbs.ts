// What the rules refuse of stages without a handler: each definition with its messages in full.
import * as z from 'zod';
import type { Pipeline } from '../../lib/definition/index.ts';
import { list, named, orders } from './definitions.ts';

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
  'questions that cannot be': [
    orders((flow) =>
      flow.approve('release', {
        prompt: 'Well?',
        answer: z.object({ rows: z.string().transform(Number) }),
        timeout: '1.5s',
        heartbeat: '2s',
      }),
    ),
    "HDL240 orders.release: timeout is 1.5 s, but Step Functions waits whole seconds, from one to 364 days. Fix: set a span in that range, such as '3d'.",
    'HDL240 orders.release: heartbeat is 2 s, but the question stands for 1.5 s only. Fix: ask again sooner, or leave heartbeat out.',
    'HDL240 orders.release: the contract of the answer changes what it is given. Fix: take out its transforms: what a person sends is what the run gets.',
  ],
  'a question asked too often, whose default is no answer': [
    orders((flow) =>
      flow.approve('release', {
        prompt: 'Well?',
        answer: z.object({ rows: z.number() }),
        timeout: '3d',
        heartbeat: '10s',
        default: { rows: 'none' },
      }),
    ),
    'HDL240 orders.release: heartbeat would ask 25920 times, but a run has events for 1000. Fix: set 260s or more.',
    'HDL240 orders.release: default.rows is string but an answer has number. Fix: give a default that is an answer.',
  ],
  'a run of a pipeline that the application lacks': [
    orders((flow) => flow.run(named('other'), { day: flow.input.day })),
    "HDL241 orders.other: runs other, which is not among the application's pipelines. Fix: add other to the application's pipelines.",
  ],
  'pipelines that run each other': [
    (() => {
      const other = orders((flow) => flow.task(list, flow.input), 'other');
      const first = orders((flow) => flow.run(other, flow.input));
      const inner = orders((flow) => flow.run(first, flow.input), 'other');
      return [orders((flow) => flow.run(inner, flow.input)), inner];
    })(),
    'HDL241 orders.other: pipelines run each other in a circle: orders -> other -> orders. Fix: let other do without a run of orders.',
    'HDL241 other.orders: pipelines run each other in a circle: other -> orders -> other. Fix: let orders do without a run of other.',
  ],
  'a run with the wrong input': [
    (() => {
      const other = named('other');
      return [other, orders((flow) => flow.run(other, { day: flow.task(list, flow.input).total }))];
    })(),
    'HDL241 orders.other: input.day is a number but other wants a string. Fix: pass a string, or change the input of other.',
  ],
  'calls of AWS that cannot be': [
    orders((flow) => [
      flow.service('one', { service: 'lambda', arguments: {}, resources: [], timeout: '0.5s' }),
      flow.service('two', { service: 'aws-sdk:dynamodb:getItem', arguments: {}, resources: ['*'] }),
      flow.service('three', { service: 'aws-sdk:comprehend:detectSentiment', arguments: {}, resources: ['*'] }),
    ]),
    "HDL242 orders.one: the service is 'lambda', which names no action of AWS. Fix: write it like 'aws-sdk:comprehend:detectSentiment' or 'sqs:sendMessage'.",
    "HDL242 orders.one: resources names nothing, so the role would reach everything. Fix: list the ARNs that the call touches; ['*'] is for services that take none.",
    "HDL242 orders.one: timeout is 0.5 s, but a call has whole seconds, from one to a day. Fix: set a span in that range, such as '1m'.",
    "HDL242 orders.two: resources names nothing, so the role would reach everything. Fix: list the ARNs that the call touches; ['*'] is for services that take none.",
  ],
  'a wait until a field that is not there': [
    orders((flow) => flow.wait('pause', { until: flow.task(list, flow.input).foldr })),
    'HDL203 orders.pause: reads list.foldr, but list has no field foldr. Fix: read list.folder.',
  ],
};
