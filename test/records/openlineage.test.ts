// Lineage as OpenLineage run events, checked by a validator against what the schema demands.
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import {
  type LineageEvent,
  lineageOfEnd,
  lineageOfStart,
  type RunRecord,
  type StageRecord,
} from '../../lib/records/index.ts';
import { uuidOf } from '../../lib/support/uuid-of.ts';
import { runEventSchema } from './open-lineage-schema.ts';

const ajv = new Ajv({ allErrors: true, strict: false });
addFormats.default(ajv);
const validate = ajv.compile(runEventSchema);
/** What is wrong with an event, in words. */
const problems = (event: unknown): string => (validate(event) ? '' : ajv.errorsText(validate.errors));

const run: RunRecord = {
  pipeline: 'report',
  run: 'r1',
  partition: '2026-01-31',
  status: 'completed',
  trigger: { kind: 'object', identity: 'x', detail: 's3://inbox/drops/orders.csv' },
  input: { kind: 'inline', json: '{}' },
  upstream: { collected: { pipeline: 'collect', run: 'c1', partition: '2026-01-31' } },
  slice: { key: '2026-01-31', start: '2026-01-31T00:00:00.000Z', end: '2026-02-01T00:00:00.000Z' },
  createdAt: '2026-02-01T00:00:00.000Z',
  startedAt: '2026-02-01T00:00:01.000Z',
  endedAt: '2026-02-01T00:01:00.000Z',
  definitionHash: 'def',
};
const stage = (name: string, facts: Partial<StageRecord> = {}): StageRecord => ({
  stage: name,
  status: 'completed',
  attempts: 1,
  startedAt: '2026-02-01T00:00:02.000Z',
  endedAt: '2026-02-01T00:00:03.000Z',
  ...facts,
});
const stages = [
  stage('read', {
    fingerprint: { code: 'abc', contract: 'c', input: 'i' },
    spent: { usage: {}, models: { nova: { calls: 1, inputTokens: 1, outputTokens: 1, prompts: ['v3'] } } },
    measured: { bytesOut: 120, read: ['s3://inbox/drops/other.csv'], wrote: ['s3://payloads/artifacts/a.html'] },
    scores: { faithful: { count: 1, sum: 0.5, squares: 0.25, min: 0.5, max: 0.5 } },
  }),
  stage('clean', { needs: ['read'], items: { total: 5, completed: 4, failed: 1 } }),
  stage('enough', { needs: ['clean'], check: { outcome: 'passed', found: 'clean.count (4) ≥ 1' } }),
  stage('publish', { needs: ['clean'], status: 'failed', error: 'Heddle.Permanent', cause: 'no' }),
  stage('unread', { status: 'skipped', reason: 'publish is failed' }),
  stage('earlier', { generation: 1, takenFrom: 'r0' }),
];

const brief = ({ eventType, job, inputs, outputs }: LineageEvent) => [
  `${eventType} ${job.name}`,
  inputs.map(({ namespace, name }) => `${namespace}/${name}`),
  outputs.map(({ namespace, name }) => `${namespace}/${name}`),
];

test('a run: START as it begins; its stages and COMPLETE, FAIL or ABORT as it ends', () => {
  const collected = ['heddle/collect', 's3://inbox/drops/orders.csv'];
  expect(brief(lineageOfStart('heddle', run))).toEqual(['START report', collected, []]);
  expect(lineageOfEnd('heddle', run, stages).map(brief)).toEqual([
    ['START report/read', ['s3://inbox/drops/other.csv', ...collected], []],
    [
      'COMPLETE report/read',
      ['s3://inbox/drops/other.csv', ...collected],
      ['heddle/report/read', 's3://payloads/artifacts/a.html'],
    ],
    ['START report/clean', ['heddle/report/read'], []],
    ['COMPLETE report/clean', ['heddle/report/read'], ['heddle/report/clean']],
    ['START report/enough', ['heddle/report/clean'], []],
    ['COMPLETE report/enough', ['heddle/report/clean'], ['heddle/report/enough']],
    ['START report/publish', ['heddle/report/clean'], []],
    ['FAIL report/publish', ['heddle/report/clean'], []],
    ['COMPLETE report', collected, ['heddle/report']],
  ]);
  const last = (status: RunRecord['status']) =>
    lineageOfEnd('heddle', { ...run, status }, []).map(({ eventType }) => eventType);
  expect([last('failed'), last('cancelled')]).toEqual([['FAIL'], ['ABORT']]);
});

test('by which run, code, model and prompt, with what it scored and how many rows', () => {
  const events = lineageOfEnd('heddle', run, stages);
  expect(events[1]).toMatchObject({
    run: {
      facets: {
        parent: { run: { runId: events.at(-1)?.run.runId }, job: { namespace: 'heddle', name: 'report' } },
        heddle_stage: { code: 'abc', models: ['nova'], prompts: ['v3'], scores: { faithful: { count: 1 } } },
      },
    },
    outputs: [
      { facets: { version: { datasetVersion: '2026-01-31@r1' } }, outputFacets: { outputStatistics: { size: 120 } } },
      {},
    ],
  });
  expect(events[3]?.outputs).toMatchObject([{ outputFacets: { outputStatistics: { rowCount: 4 } } }]);
  expect(events[7]?.run.facets).toMatchObject({ errorMessage: { message: 'Heddle.Permanent: no' } });
});

test('ids are the same each time, and another for each stage and execution', () => {
  const ids = (record: RunRecord) => lineageOfEnd('heddle', record, stages.slice(0, 2)).map((event) => event.run.runId);
  expect(ids(run)).toEqual(ids(run));
  expect(new Set([...ids(run), ...ids({ ...run, generation: 2 })]).size).toBe(4);
  expect(uuidOf('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

describe('every event holds to the schema', () => {
  const failed: RunRecord = { ...run, status: 'failed', error: 'Heddle.RunFailed', cause: 'publish failed' };
  test.each(
    [lineageOfStart('heddle', run), ...lineageOfEnd('heddle', failed, stages)].map((event) => [brief(event)[0], event]),
  )('%s', (_, event) => {
    expect(problems(event)).toBe('');
  });

  test('and the validator would say if not', () => {
    const event = lineageOfStart('heddle', run);
    expect(problems({ ...event, run: { ...event.run, runId: 'r1' } })).toContain('must match format "uuid"');
    expect(problems({ ...event, schemaURL: undefined })).toContain("must have required property 'schemaURL'");
    expect(problems({ ...event, eventType: 'DONE' })).toContain('must be equal to one of the allowed values');
    expect(problems({ ...event, inputs: [{ name: 'a' }] })).toContain("must have required property 'namespace'");
  });
});
