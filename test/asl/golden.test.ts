// The machines that ship, in full. After an intended change: `UPDATE_GOLDEN=1 npm run jest -- test/asl/golden`, then format and
// read the diff.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { latchRetry, mendRetry, operatorRetry, recordRetry } from '../../lib/asl/retry.ts';
import { definePipeline, type Pipeline } from '../../lib/definition/index.ts';
import { functionsOf, graphOf } from '../../lib/graph/index.ts';
import { customerIntelligence } from '../../lib/pipelines/customer-intelligence/index.ts';
import { goldenPipelines } from './golden-pipelines.ts';
import { compiled, numbers, stage } from './sample.ts';

const folder = new URL('./golden/', import.meta.url);
const fileOf = (feature: string): URL => new URL(`${feature}.asl.json`, folder);

const features = Object.entries(goldenPipelines);
const shipped = customerIntelligence.map((pipeline): [string, Pipeline] => [pipeline.name, pipeline]);

/** The machine as text to read: the retry ladders, the same everywhere, by name (test/asl/retry.test.ts has them in full). */
const readable = (pipeline: Pipeline): string =>
  `${JSON.stringify(
    whole(pipeline),
    (field, value) => (field === 'Retry' ? `<the ladder of ${ladderOf(value)}>` : value),
    2,
  )}\n`;

/** The pipeline's own machine; where there is one, with the machine that compensates beside it. */
const whole = (pipeline: Pipeline): unknown => {
  const { definition, compensation } = compiled(pipeline);
  return compensation
    ? { machine: JSON.parse(definition), compensation: JSON.parse(compensation) }
    : JSON.parse(definition);
};

const ladderOf = (ladder: unknown): string => {
  const text = JSON.stringify(ladder);
  if (text === JSON.stringify(operatorRetry)) return 'operators';
  if (text === JSON.stringify(recordRetry)) return 'records';
  if (text === JSON.stringify(mendRetry)) return 'mend';
  return text === JSON.stringify(latchRetry) ? 'latches' : 'stages';
};

test.each(features)('%s compiles to its golden machine', (feature, pipeline) => {
  const text = readable(pipeline);
  if (process.env.UPDATE_GOLDEN) writeFileSync(fileOf(feature), text);
  expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(fileOf(feature), 'utf8')));
});

test('there is no golden machine without a pipeline', () => {
  expect(readdirSync(folder).sort()).toEqual(features.map(([feature]) => `${feature}.asl.json`).sort());
});

describe.each([...features, ...shipped])('%s', (_, pipeline) => {
  test('has only our placeholders', () => {
    const { definition, operators } = compiled(pipeline);
    const found = new Set([...definition.matchAll(/\$\{([^}]*)\}?/g)].map(([, name]) => name));
    const known = [
      'definitionHash',
      'inboxBucket',
      'payloadBucket',
      'ledger',
      ...operators.map((name) => `operator_${name}`),
      ...functionsOf(graphOf(pipeline)).flatMap(({ placeholders }) => placeholders),
    ];
    expect([...found].filter((name) => !known.includes(name ?? ''))).toEqual([]);
  });

  test('assigns no variables, whose names ASL wants unique over all scopes', () => {
    expect(compiled(pipeline).definition).not.toContain('"Assign"');
  });
});

describe('the hash', () => {
  const hashOf = (input: Record<string, unknown>, name = 'p') =>
    compiled(definePipeline(name, { input: numbers }, (flow) => flow.task(stage('only'), input))).hash;

  test('is twelve hex digits', () => expect(hashOf({})).toMatch(/^[0-9a-f]{12}$/));
  test('does not depend on the order of fields', () =>
    expect(hashOf({ a: 1, b: { c: 2, d: 3 } })).toBe(hashOf({ b: { d: 3, c: 2 }, a: 1 })));
  test('changes with a constant', () => expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: 2 })));
  test('changes with the name', () => expect(hashOf({}, 'p')).not.toBe(hashOf({}, 'q')));
});
