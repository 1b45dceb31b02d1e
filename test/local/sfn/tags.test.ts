// https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html, and for machines what LocalStack's tests recorded
// (tests/aws/services/stepfunctions/v2/test_sfn_api_tagging.snapshot.json).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { engine } from './engine.ts';

const definition = JSON.stringify({ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } });
const machine = { name: 'm', definition, roleArn: 'arn:aws:iam::111111111111:role/r' };
const arn = (resource: string) => `arn:aws:states:us-east-1:111111111111:${resource}`;
const tag = (key: string, value = '') => ({ key, value });
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => tag(`k${from + index}`));

const kinds = [
  ['a machine', 'CreateStateMachine', machine, arn('stateMachine:m')],
  ['an activity', 'CreateActivity', { name: 'a' }, arn('activity:a')],
] as const;

test.each(kinds)('%s is made with tags, gets others and loses some', async (_kind, create, input, resourceArn) => {
  const { call } = engine();
  await call(create, { ...input, tags: [tag('key1', 'value1')] });
  await call(create, { ...input, tags: [tag('other')] }); // the same one again: its tags stay as they are
  await call('TagResource', { resourceArn, tags: [tag('key1'), tag('key2', 'value2')] });
  const list = () => call('ListTagsForResource', { resourceArn });
  expect(await list()).toEqual({ tags: [tag('key1'), tag('key2', 'value2')] });
  await call('UntagResource', { resourceArn, tagKeys: ['key1', 'none'] });
  expect(await list()).toEqual({ tags: [tag('key2', 'value2')] });
});

test.each(kinds)('%s has at most 50 tags', async (_kind, create, input, resourceArn) => {
  const { call } = engine();
  const tooMany = { code: 'TooManyTags', fields: { resourceName: resourceArn } };
  await expect(call(create, { ...input, tags: numbered(1, 51) })).rejects.toMatchObject(tooMany);
  await call(create, { ...input, tags: numbered(1, 50) });
  await call('TagResource', { resourceArn, tags: [tag('k50', 'again')] });
  await expect(call('TagResource', { resourceArn, tags: [tag('k51')] })).rejects.toMatchObject(tooMany);
  expect((await call('ListTagsForResource', { resourceArn })).tags).toHaveLength(50);
});

const refused = (value: string, field: string, rule: string) =>
  `1 validation error detected: Value ${value} at '${field}' failed to satisfy constraint: Member must ${rule}`;

test.each<[Shape, string]>([
  [{ tags: [tag('a'), tag('')] }, refused("''", 'tags.2.member.key', 'have length greater than or equal to 1')],
  [{ tags: [{ key: 'a' }] }, refused('null', 'tags.1.member.value', 'not be null')],
  [
    { tags: [tag('a', 'x'.repeat(257))] },
    refused(`'${'x'.repeat(257)}'`, 'tags.1.member.value', 'have length less than or equal to 256'),
  ],
  [{}, refused('null', 'tags', 'not be null')],
])('%j are no tags', async (tags, message) => {
  const { call } = engine();
  await call('CreateActivity', { name: 'a' });
  const input = { resourceArn: arn('activity:a'), ...tags };
  await expect(call('TagResource', input)).rejects.toMatchObject({ code: 'ValidationException', message });
});

test('tags of an activity are there after a restart, and go with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sfn-tags-'));
  const options = { database: join(folder, 'db') };
  const resourceArn = arn('activity:a');
  const first = engine(options);
  await first.call('CreateActivity', { name: 'a', tags: [tag('key1')] });
  await first.close();
  const { call, close } = engine(options);
  expect((await call('ListTagsForResource', { resourceArn })).tags).toEqual([tag('key1')]);
  await call('DeleteActivity', { activityArn: resourceArn });
  await expect(call('ListTagsForResource', { resourceArn })).rejects.toMatchObject({ code: 'ResourceNotFound' });
  await call('CreateActivity', { name: 'a' });
  expect((await call('ListTagsForResource', { resourceArn })).tags).toEqual([]);
  await close();
  rmSync(folder, { recursive: true });
});
