import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ssmService } from '../../../lib/local/services/ssm/index.ts';
import { type Served, serve } from '../server/serve.ts';

let served: Served;
let client: SSMClient;
const put = (Name: string, Value: string, Overwrite = false) =>
  client.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite }));

beforeAll(async () => {
  served = await serve({ make: [ssmService] });
  client = new SSMClient(served.client);
  for (const name of ['/app/a', '/app/b', '/app/deep/c', '/other/d']) await put(name, name.toUpperCase());
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

test('a parameter comes back with its version', async () => {
  await put('/app/a', 'new', true);
  const { Parameter } = await client.send(new GetParameterCommand({ Name: '/app/a' }));
  expect(Parameter).toMatchObject({
    Value: 'new',
    Version: 2,
    ARN: 'arn:aws:ssm:us-east-1:123456789012:parameter/app/a',
  });
});

test('a path is filtered by type, and by nothing that is not kept', async () => {
  const parameter = { Name: '/filtered/list', Value: 'a,b', Type: 'StringList' as const };
  await client.send(new PutParameterCommand(parameter));
  await put('/filtered/text', 'x');
  const found = async (filter: { Key: string; Option?: string; Values?: string[] }) => {
    const ask = new GetParametersByPathCommand({ Path: '/filtered', ParameterFilters: [filter] });
    return (await client.send(ask)).Parameters?.map(({ Name }) => Name);
  };
  expect(await found({ Key: 'Type', Values: ['StringList'] })).toEqual(['/filtered/list']);
  for (const [filter, name] of [
    [{ Key: 'Name', Values: ['list'] }, 'InvalidFilterKey'],
    [{ Key: 'Type', Option: 'BeginsWith', Values: ['String'] }, 'InvalidFilterOption'],
    [{ Key: 'Type', Values: ['Text'] }, 'InvalidFilterValue'],
    [{ Key: 'Label', Values: ['new'] }, 'NotImplemented'],
  ] as const)
    await expect(found({ ...filter, Values: [...filter.Values] })).rejects.toMatchObject({ name });
  await client.send(new DeleteParametersCommand({ Names: ['/filtered/list', '/filtered/text'] }));
});

test('a path may begin with letters that AWS keeps for itself', async () => {
  expect(await put('/awsome/a', 'x')).toMatchObject({ Version: 1 });
  await client.send(new DeleteParameterCommand({ Name: '/awsome/a' }));
});

test('a template may read a public parameter of AWS, which is put here by who has the template', async () => {
  const Name = '/aws/service/powertools/typescript/generic/all/latest';
  expect(await put(Name, 'arn:aws:lambda:us-east-1:094274105915:layer:x:1')).toMatchObject({ Version: 1 });
  await client.send(new DeleteParameterCommand({ Name }));
});

test('a new parameter needs its type', async () => {
  await expect(client.send(new PutParameterCommand({ Name: '/app/untyped', Value: 'x' }))).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'A parameter type is required when you create a parameter.',
  });
});

const paths = [
  { name: 'one level', ask: { Path: '/app' }, found: ['/app/a', '/app/b'] },
  { name: 'all levels', ask: { Path: '/app/', Recursive: true }, found: ['/app/a', '/app/b', '/app/deep/c'] },
  {
    name: 'the root',
    ask: { Path: '/', Recursive: true, MaxResults: 10 },
    found: ['/app/a', '/app/b', '/app/deep/c', '/other/d'],
  },
];
test.each(paths)('by path: $name', async ({ ask, found }) => {
  const { Parameters = [] } = await client.send(new GetParametersByPathCommand(ask));
  expect(Parameters.map(({ Name }) => Name)).toEqual(found);
});

test('by path, in pages', async () => {
  const ask = { Path: '/app', Recursive: true, MaxResults: 2 };
  const { NextToken } = await client.send(new GetParametersByPathCommand(ask));
  const { Parameters } = await client.send(new GetParametersByPathCommand({ ...ask, NextToken }));
  expect(Parameters?.map(({ Name }) => Name)).toEqual(['/app/deep/c']);
});

test('several by name, with those that are not there', async () => {
  const { Parameters, InvalidParameters } = await client.send(new GetParametersCommand({ Names: ['/app/b', '/none'] }));
  expect(Parameters).toHaveLength(1);
  expect(InvalidParameters).toEqual(['/none']);
});

// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html (WithDecryption)
test('a secret is told to who asks for it decrypted', async () => {
  const Name = '/secret/key';
  await client.send(new PutParameterCommand({ Name, Value: 'hush', Type: 'SecureString' }));
  const one = async (more: object) => (await client.send(new GetParameterCommand({ Name, ...more }))).Parameter?.Value;
  const sealed = await one({});
  expect(sealed).toMatch(/^AQICAH[\w+/=]+$/);
  expect([await one({ WithDecryption: false }), await one({ WithDecryption: true })]).toEqual([sealed, 'hush']);
  const many = new GetParametersCommand({ Names: [Name] });
  const path = new GetParametersByPathCommand({ Path: '/secret', WithDecryption: true });
  expect((await client.send(many)).Parameters?.[0]?.Value).toBe(sealed);
  expect((await client.send(path)).Parameters?.[0]?.Value).toBe('hush');
});

// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
test('the standard tier takes 4,096 characters, the advanced one 8,192; one that is advanced stays so', async () => {
  const tier = async (length: number, more: object = {}) => {
    const Value = 'x'.repeat(length);
    return (
      await client.send(new PutParameterCommand({ Name: '/tiers/a', Value, Type: 'String', Overwrite: true, ...more }))
    ).Tier;
  };
  expect(await tier(4096)).toBe('Standard');
  await expect(tier(4097)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('Standard tier parameters support a maximum parameter value of 4096 characters.'),
  });
  expect(await tier(4096, { Tier: 'Intelligent-Tiering' })).toBe('Standard');
  expect(await tier(4097, { Tier: 'Intelligent-Tiering' })).toBe('Advanced');
  expect(await tier(8192)).toBe('Advanced');
  expect(await tier(1, { Tier: 'Intelligent-Tiering' })).toBe('Advanced');
  await expect(tier(1, { Tier: 'Standard' })).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("You can't downgrade a parameter from the advanced-parameter tier"),
  });
  await expect(tier(8193)).rejects.toMatchObject({ name: 'ValidationException' });
});

test('several are deleted, with those that are not there', async () => {
  await put('/gone/a', 'x');
  expect(await client.send(new DeleteParametersCommand({ Names: ['/gone/a', '/gone/b'] }))).toMatchObject({
    DeletedParameters: ['/gone/a'],
    InvalidParameters: ['/gone/b'],
  });
});

describe('refusals', () => {
  const patterned = (AllowedPattern: string) =>
    client.send(new PutParameterCommand({ Name: '/p', Value: 'x1', Type: 'String', AllowedPattern }));
  const cases = [
    {
      name: 'a value that no pattern allows',
      work: () => patterned('^\\d+$'),
      error: 'ParameterPatternMismatchException',
    },
    { name: 'a pattern that is none', work: () => patterned('('), error: 'InvalidAllowedPatternException' },
    { name: 'a path without its root', work: () => put('a/b', 'x'), error: 'ValidationException' },
    { name: 'a name like those of AWS', work: () => put('ssmSecret', 'x'), error: 'ValidationException' },
    { name: 'a name of AWS', work: () => put('/aws/b', 'x'), error: 'ValidationException' },
    {
      name: 'a type that is none',
      work: () => served.call('ssm', 'PutParameter', { Name: '/p', Value: 'x', Type: 'Text' }),
      error: 'ValidationException',
    },
    {
      name: 'a tier that is none',
      work: () => served.call('ssm', 'PutParameter', { Name: '/p', Value: 'x', Type: 'String', Tier: 'Best' }),
      error: 'ValidationException',
    },
    {
      name: 'policies',
      work: () => served.call('ssm', 'PutParameter', { Name: '/p', Value: 'x', Type: 'String', Policies: '[]' }),
      error: 'NotImplemented',
    },
    {
      name: 'eleven at once',
      work: () => client.send(new GetParametersCommand({ Names: Array.from({ length: 11 }, (_, at) => `/p${at}`) })),
      error: 'ValidationException',
    },
    {
      name: 'a page of eleven',
      work: () => client.send(new GetParametersByPathCommand({ Path: '/app', MaxResults: 11 })),
      error: 'ValidationException',
    },
    { name: 'a name twice', work: () => put('/app/b', 'x'), error: 'ParameterAlreadyExists' },
    {
      name: 'a missing one',
      work: () => client.send(new GetParameterCommand({ Name: '/x' })),
      error: 'ParameterNotFound',
    },
    {
      name: 'a missing one, to delete',
      work: () => client.send(new DeleteParameterCommand({ Name: '/x' })),
      error: 'ParameterNotFound',
    },
    { name: 'a name with blanks', work: () => put('a b', 'x'), error: 'ValidationException' },
  ];
  test.each(cases)('$name: $error', async ({ work, error }) => {
    await expect(work()).rejects.toMatchObject({ name: error });
  });
});
