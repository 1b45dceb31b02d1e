// A call of a service that the local engine has not, done by the handler that stands in for it: from the definition to the run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { compile } from '../../lib/asl/index.ts';
import { definePipeline } from '../../lib/definition/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { DeployedApp } from './deployed-app.ts';

const pipeline = (more: { readonly standIn?: string }) =>
  definePipeline('training', { input: z.object({ rows: z.number() }) }, (flow) => {
    const trained = flow.service('train', {
      service: 'batch:submitJob.sync',
      arguments: { JobName: 'train', Parameters: { rows: flow.input.rows } },
      resources: ['arn:aws:batch:us-east-1:123456789012:job-queue/gpu'],
      output: z.object({ JobId: z.string() }),
      ...more,
    });
    return { job: trained.JobId };
  });
const training = pipeline({ standIn: 'fakeTraining' });
const fakeTraining = `export const handler = async ({ JobName, Parameters: { rows } }) => {
  if (rows === 0) throw Object.assign(new Error('no rows'), { name: 'Heddle.Permanent' });
  return { JobId: JobName + '-of-' + rows };
};`;

const app = new DeployedApp(training);
beforeAll(() => app.open({ handlers: { 'training/fake-training': fakeTraining } }));
afterAll(() => app.close());

test('it is named, it is called with the arguments, and what it gives or throws is recorded as of the service', async () => {
  expect(app.engine.notices).toEqual([
    'heddle-training: train.call calls heddle-training-train-call, which stands in for arn:aws:states:::batch:submitJob.sync',
  ]);
  const done = await app.heddle('start', 'training', '--input', '{"rows":4}', '--id', 'four');
  const failed = await app.heddle('start', 'training', '--input', '{"rows":0}', '--id', 'none');
  expect([done.code, failed.code]).toEqual([0, 1]);
  const runs = await app.ledger.runs.latest('training', 2);
  const stages = await Promise.all(
    runs.map(({ run }) => app.ledger.stages.get({ pipeline: 'training', run, stage: 'train' })),
  );
  expect(stages).toMatchObject([
    { status: 'failed', error: 'Heddle.Permanent', cause: 'no rows' },
    { status: 'completed', output: { json: '{"JobId":"train-of-4"}' } },
  ]);
  const [letter] = await app.ledger.deadLetters.list('training', runs[0]?.run ?? '');
  expect(letter).toMatchObject({ stage: 'train', input: { json: '{"JobName":"train","Parameters":{"rows":0}}' } });
});

test('in an account it is not there, and the definition is the same', () => {
  expect(compile(graphOf(training)).hash).toBe(compile(graphOf(pipeline({}))).hash);
  const template = JSON.parse(readFileSync(join(app.folder, 'cdk.out', 'Test.template.json'), 'utf8'));
  const functions = Object.values(template.Resources as { readonly [id: string]: { readonly Type: string } }).filter(
    ({ Type }) => Type === 'AWS::Lambda::Function',
  );
  expect(JSON.stringify(functions)).not.toContain('train');
});
