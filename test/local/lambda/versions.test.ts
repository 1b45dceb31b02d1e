import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { call, closeAfterEach, create, invoke, open, served, wrapEvent } from './functions.ts';

closeAfterEach();

const publish = (name = 'f') => call('PublishVersion', { FunctionName: name });

describe('a version', () => {
  test('is the code and settings it was published with, whatever becomes of the function', async () => {
    await open();
    await create('f', wrapEvent('return [1, process.env.MODE, process.env.AWS_LAMBDA_FUNCTION_VERSION]'), {
      Environment: { Variables: { MODE: 'a' } },
    });
    expect(await publish()).toMatchObject({
      Version: '1',
      FunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f:1',
    });
    await create('f', wrapEvent('return [2, process.env.MODE, process.env.AWS_LAMBDA_FUNCTION_VERSION]'));
    expect(await publish()).toMatchObject({ Version: '2' });
    const said = async (name: string) => (await invoke(name)).payload;
    expect(await said('f:1')).toEqual([1, 'a', '1']);
    expect(await said('f:2')).toEqual([2, null, '2']);
    expect(await said('f')).toEqual([2, null, '$LATEST']);
    expect(await said('arn:aws:lambda:us-east-1:123456789012:function:f:1')).toEqual([1, 'a', '1']);
    expect(await call('Invoke', { FunctionName: 'f', Qualifier: '1', Payload: '{}' })).toMatchObject({
      ExecutedVersion: '1',
    });
    expect(await call('ListVersionsByFunction', { FunctionName: 'f' })).toMatchObject({
      Versions: [{ Version: '$LATEST' }, { Version: '1' }, { Version: '2' }],
    });
    const { NextMarker, ...page } = await call('ListVersionsByFunction', { FunctionName: 'f', MaxItems: 2 });
    expect(page).toMatchObject({ Versions: [{ Version: '$LATEST' }, { Version: '1' }] });
    const rest = await call('ListVersionsByFunction', { FunctionName: 'f', MaxItems: 2, Marker: NextMarker });
    expect(rest).toMatchObject({ Versions: [{ Version: '2' }] });
    expect(rest.NextMarker).toBeUndefined();
  });

  test('is not made again of a function that has not changed, and its number is not given twice', async () => {
    await open();
    await create('f', wrapEvent('return 1'));
    expect(await publish()).toMatchObject({ Version: '1' });
    await create('f', wrapEvent('return 1'));
    expect(await publish()).toMatchObject({ Version: '1' });
    await call('UpdateFunctionConfiguration', { FunctionName: 'f', MemorySize: 256 });
    expect(await publish()).toMatchObject({ Version: '2', MemorySize: 256 });
    const Environment = { Variables: { MODE: 'b' } };
    await call('UpdateFunctionConfiguration', { FunctionName: 'f', Environment });
    const described = { FunctionName: 'f', Description: 'the third' };
    expect(await call('PublishVersion', described)).toMatchObject({ Version: '3', Environment });
    expect(await call('PublishVersion', described)).toMatchObject({ Version: '3', Description: 'the third' });
    await call('DeleteFunction', { FunctionName: 'f', Qualifier: '3' });
    expect(await publish()).toMatchObject({ Version: '4' });
  });

  test('goes with its function', async () => {
    await open();
    await create('f', wrapEvent('return 1'));
    await publish();
    await call('DeleteFunction', { FunctionName: 'f' });
    await expect(invoke('f:1')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await create('f', wrapEvent('return 2'));
    expect(await publish()).toMatchObject({ Version: '1' });
    expect((await invoke('f:1')).payload).toBe(2);
  });

  test('that there is not says so', async () => {
    await open();
    await create('f', wrapEvent('return 1'));
    await expect(invoke('f:7')).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:f:7',
    });
  });

  test('keeps its code in the state folder', async () => {
    await open();
    await create('f', wrapEvent('return 1'));
    await publish();
    const { Code } = await call('GetFunction', { FunctionName: 'f:1' });
    const { Location } = Code as { readonly Location: string };
    expect(Location.startsWith(served.dir)).toBe(true);
    expect(existsSync(Location)).toBe(true);
  });
});

test('an alias follows the version that it points at, which cannot go meanwhile', async () => {
  await open();
  await create('f', wrapEvent('return 1'));
  await publish();
  expect(await call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' })).toMatchObject({
    AliasArn: 'arn:aws:lambda:us-east-1:123456789012:function:f:live',
  });
  await create('f', wrapEvent('return 2'));
  await publish();
  expect((await invoke('f:live')).payload).toBe(1);
  await expect(call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' })).rejects.toMatchObject({
    code: 'ResourceConflictException',
  });
  await call('UpdateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '2' });
  expect((await invoke('f:live')).payload).toBe(2);
  await call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' });
  await expect(call('UpdateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
  expect(await call('ListAliases', { FunctionName: 'f' })).toMatchObject({
    Aliases: [{ Name: 'live', FunctionVersion: '2' }],
  });
  expect(await call('ListAliases', { FunctionName: 'f', FunctionVersion: '1' })).toEqual({ Aliases: [] });
  await call('DeleteAlias', { FunctionName: 'f', Name: 'live' });
  await expect(invoke('f:live')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});
