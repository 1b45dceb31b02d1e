// Logs in JSON. The lines: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html and
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
import { describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { call, closeAfterEach, create, invoke, lines, open } from './functions.ts';

closeAfterEach();

const program = `export const handler = async ({ fails }) => {
  console.debug('small'); console.log('a %s', 'text'); console.warn({ a: 1 });
  console.error(new TypeError('alone')); console.error('with', new RangeError('another'));
  const circle = {}; circle.self = circle; console.log(circle);
  process.stdout.write('as it is\\n');
  if (fails) throw new Error('boom');
};`;
const made = (LoggingConfig: Shape) => create('f', program, { LoggingConfig });
const told = () => lines.map((line) => line.slice('/aws/lambda/f '.length));
const parsed = (): readonly Shape[] => told().flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));

describe('a function whose log is JSON', () => {
  test('says each line with its level, and the platform its own', async () => {
    await open();
    await made({ LogFormat: 'JSON' });
    await invoke('f');
    const [requestId, time] = [expect.stringMatching(/^[0-9a-f-]{36}$/), expect.stringMatching(/^\d{4}-.*Z$/)];
    const of = (level: string, message: unknown, more: Shape = {}) => ({
      timestamp: time,
      level,
      requestId,
      message,
      ...more,
    });
    const stackTrace = expect.arrayContaining([expect.stringContaining('Error:')]);
    expect(parsed()).toEqual([
      { time, type: 'platform.start', record: { requestId, version: '$LATEST' } },
      of('INFO', 'a text'),
      of('WARN', { a: 1 }),
      of('ERROR', { errorType: 'TypeError', errorMessage: 'alone', stackTrace }),
      of('ERROR', expect.stringMatching(/^with RangeError: another/), {
        errorType: 'RangeError',
        errorMessage: 'another',
        stackTrace,
      }),
      of('INFO', '<ref *1> { self: [Circular *1] }'),
      {
        ...{ time, type: 'platform.report' },
        record: {
          ...{ requestId, status: 'success' },
          metrics: { durationMs: expect.any(Number), billedDurationMs: expect.any(Number), memorySizeMB: 128 },
        },
      },
    ]);
    expect(told()).toContain('as it is');
  });

  test('says no less than it is told to', async () => {
    await open();
    await made({ LogFormat: 'JSON', ApplicationLogLevel: 'ERROR', SystemLogLevel: 'WARN' });
    await invoke('f', { fails: true });
    expect(parsed().map(({ level }) => level)).toEqual(['ERROR', 'ERROR', 'ERROR']);
    expect(parsed().at(-1)?.message).toMatchObject({ errorType: 'Error', errorMessage: 'boom' });
    await made({ LogFormat: 'JSON', ApplicationLogLevel: 'TRACE' });
    lines.length = 0;
    await invoke('f', { fails: true });
    expect(parsed().map(({ message }) => message)).toContain('small');
    expect(parsed().at(-1)?.record).toMatchObject({ status: 'error', errorType: 'Error' });
  });

  test('is told so, until it is made without', async () => {
    await open();
    await made({ LogFormat: 'JSON', LogGroup: 'g' });
    const shown = async () => (await call('GetFunctionConfiguration', { FunctionName: 'f' })).LoggingConfig;
    const levels = { ApplicationLogLevel: 'INFO', SystemLogLevel: 'INFO' };
    expect(await shown()).toEqual({ LogFormat: 'JSON', LogGroup: 'g', ...levels });
    await create('f', program);
    expect(await shown()).toEqual({ LogFormat: 'Text', LogGroup: '/aws/lambda/f' });
    await invoke('f');
    expect(told()).toContainEqual(expect.stringMatching(/\tINFO\ta text$/));
  });

  test.each([
    [{ LogFormat: 'Yaml' }, 'LoggingConfig.LogFormat must be one of Text, JSON; found Yaml'],
    [{ ApplicationLogLevel: 'INFO' }, 'LoggingConfig.ApplicationLogLevel wants the LogFormat JSON'],
  ])('cannot be made with %j', async (config, message) => {
    await open();
    await expect(made(config)).rejects.toThrow(message);
  });
});
