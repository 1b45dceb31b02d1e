import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { mapModeOf } from '../../lib/asl/index.ts';
import { defineStage, fromS3, type MapNode, type StageOptions } from '../../lib/definition/index.ts';
import { pipelineOf } from './sample.ts';

const any = { input: z.looseObject({}), output: z.object({ n: z.number() }) };
type Extra = Partial<StageOptions<typeof any.input, typeof any.output>>;

const modeOf = (options: object, contract: Extra = {}, rows = false): string => {
  const stage = defineStage('each', { ...any, ...contract });
  const pipeline = pipelineOf((flow) => {
    const file = fromS3({ bucket: 'artifacts', key: 'k', format: 'json', row: any.output });
    if (rows) flow.map(stage, file, (item) => ({ item }), options);
    else flow.map(stage, flow.input.list, (item) => ({ item }), options);
  });
  const { kind, children = '', why } = mapModeOf(pipeline.flow.nodes[0] as MapNode); // the flow above has one
  return [kind, children, why].filter(Boolean).join(' ');
};
const short: Extra = { timeout: '10s', retry: { attempts: 2, throttled: { attempts: 2 }, exhausted: { attempts: 1 } } };

test.each<[string, string, RegExp]>([
  ['nothing said', modeOf({}), /^inline /],
  ['40 at once', modeOf({ concurrency: 40 }), /^inline /],
  ['1,000 batches expected', modeOf({ batch: 10, expect: { items: 10_000 } }), /^inline /],
  ['41 at once', modeOf({ concurrency: 41 }), /^distributed STANDARD 41 batches at once/],
  ['1,001 batches expected', modeOf({ batch: 10, expect: { items: 10_001 } }), /^distributed STANDARD 1001 batches/],
  ['a file', modeOf({}, {}, true), /^distributed STANDARD its rows are streamed/],
  ['the usual retries', modeOf({ concurrency: 41 }), /a batch may take \d+ s, and an express one ends after 300 s$/],
  ['short ones', modeOf({ concurrency: 41 }, short), /^distributed EXPRESS .* its children are express$/],
  [
    'long calls',
    modeOf({ concurrency: 41 }, { ...short, timeout: '60s', expect: { duration: '30s' } }),
    /they cost less$/,
  ],
])('%s: %s', (_, mode, expected) => {
  expect(mode).toMatch(expected);
});
