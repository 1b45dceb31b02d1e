// What the rules refuse of caches, and warn of: each definition with its messages in full.
import * as z from 'zod';
import { type CacheOption, defineStage, type Pipeline } from '../../lib/definition/index.ts';
import { list, orders } from './definitions.ts';

const cached = (cache: CacheOption): Pipeline => orders((flow) => flow.task(list, flow.input, { cache }));
const reading = defineStage('reading', {
  input: list.input,
  output: list.output,
  access: { inbox: 'read', artifacts: 'write' },
});

const undo = defineStage('undo', {
  input: z.object({ input: list.input, output: list.output }),
  output: z.looseObject({}),
});

export const brokenCaches: Record<string, [Pipeline | readonly Pipeline[], ...string[]]> = {
  'a cache of no age': [
    cached({ for: '0s' }),
    "HDL256 orders.list: cache.for is 0 s, but a result is kept for 1 s to 3650 days. Fix: set such as '30d'.",
  ],
  'a cache of more than ten years, with an empty version': [
    cached({ for: '4000d', version: '' }),
    "HDL256 orders.list: cache.for is 345600000 s, but a result is kept for 1 s to 3650 days. Fix: set such as '30d'.",
    'HDL256 orders.list: cache.version is "". Fix: give a text such as \'model-3\', or leave it out.',
  ],
  'a cache on a stage that is undone': [
    orders((flow) => flow.task(list, flow.input, { cache: true, compensate: undo })),
    'HDL256 orders.list: it is cached and has compensate: a run would take over what another one may have undone. Fix: leave out cache or compensate.',
  ],
  'a cache on an input that no other run has': [
    orders((flow) => flow.task(list, { day: flow.run.id }, { cache: true })),
    'HDL257 warning, orders.list: its input holds run.id, which no other run has, so no result is taken over. Fix: bind less.',
  ],
  'a cache over what the input does not show': [
    orders((flow) => flow.task(reading, flow.input, { cache: true })),
    'HDL257 warning, orders.reading: it is cached and reads the inbox, where a key may hold something else tomorrow. Fix: bind what tells contents apart, such as an ETag, or leave out cache.',
    "HDL257 warning, orders.reading: it is cached and writes artifacts: a run that takes a result over has none of its own. Fix: let who reads them take the keys from the stage's output, or leave out cache.",
  ],
};
