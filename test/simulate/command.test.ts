import { describe, expect, test } from '@jest/globals';
import { pipelines } from '../../bin/pipelines.ts';
import { table } from '../../lib/cli/table.ts';
import { runSimulate } from '../../lib/simulate/index.ts';

const asked = (...args: readonly string[]) => {
  const out: string[] = [];
  const err: string[] = [];
  const code = runSimulate({
    args,
    pipelines,
    table,
    say: (line) => out.push(...line.split('\n')),
    complain: (line) => err.push(line),
  });
  return { code, out, err };
};
const short = ['--hours', '0.05', '--limits', '0'];

test('a report says what became of the runs, which quotas are near, which keys are hot and what it costs', () => {
  const { code, out } = asked('--pipelines', '20', '--runs-per-day', '2e5', ...short);
  expect(code).toBe(0);
  expect(out[0]).toBe('20 pipelines of 10 stages; 200,000 runs a day, all day long; us-east-1, seed 7');
  expect(out[2]).toMatch(/^\d+ asked for in 0.05 h: \d+ completed, 0 failed, \d+ could not start, 0 unaccounted for$/);
  for (const line of [
    /^StartExecution +300\/s, bucket 1,300/,
    /^partition#<pipeline>/,
    /^✓ no key above 500/,
    /^Step Functions/,
    /^all /,
  ])
    expect(out.some((each) => line.test(each))).toBe(true);
});

test('the same as JSON', () => {
  const { out } = asked('--pipelines', '20', '--json', '--quota', 'StartExecution=2/5', ...short);
  const found = JSON.parse(out.join('\n'));
  expect(found).toMatchObject({ unaccounted: 0, failed: 0, options: { pipelines: 20 } });
  expect(found.quotas.find(({ name }: { name: string }) => name === 'StartExecution')).toMatchObject({
    most: 2,
    bucket: 5,
  });
  expect(found.startDelay.p99).toBeGreaterThan(10);
});

test('a pipeline of this app', () => {
  expect(asked('--like', 'collect', '--items', '50', ...short).out[0]).toMatch(/^1,000 pipelines of collect;/);
});

test('a day without throttles of one pipeline that maps over many items at once shows the key that is too hot', () => {
  const { out } = asked(
    '--runs-per-day',
    '2000',
    '--items',
    '50000',
    '--concurrency',
    '1000',
    '--hours',
    '1',
    '--limits',
    '0',
    '--pipelines',
    '1',
  );
  expect(out.some((line) => /^(✗|✓) /.test(line))).toBe(true);
});

describe('what it does not take', () => {
  test.each<[string, readonly string[], string]>([
    ['a word for a number', ['--pipelines', 'many'], "HDL750 --pipelines is 'many'. Expected a whole number from 1."],
    ['no pipelines', ['--pipelines', '0'], "HDL750 --pipelines is '0'."],
    ['half a stage', ['--stages', '1.5'], "HDL750 --stages is '1.5'."],
    ['an unknown shape', ['--shape', 'round'], "HDL750 --shape is 'round'. Expected flat, office, burst."],
    ['a peak below the average', ['--peak', '0.5x'], "HDL750 --peak is '0.5x'."],
    ['a peak of what is flat', ['--shape', 'flat', '--peak', '3'], "HDL750 --peak is '3'. Expected none"],
    ['a share above all', ['--hottest', '120%'], "HDL750 --hottest is '120%'."],
    ['an unknown quota', ['--quota', 'Start=3'], "HDL751 --quota is 'Start=3'."],
    ['a quota of nothing', ['--quota', 'StartExecution=0'], "HDL750 --quota is 'StartExecution=0'."],
    ['a bucket that holds nothing', ['--quota', 'PutEvents=3/0'], "HDL750 --quota is 'PutEvents=3/0'."],
    ['a bucket of what is no rate', ['--quota', 'LambdaConcurrency=9/9'], 'Expected LambdaConcurrency=N'],
    ['an unknown pipeline', ['--like', 'nothing'], "HDL752 --like is 'nothing'."],
    ['an unknown option', ['--fast'], 'HDL750 Unknown option'],
  ])('%s', (_, args, says) => {
    const { code, err } = asked(...args);
    expect(code).toBe(2);
    expect(err[0]).toContain(says);
    expect(err[0]).toContain('Fix: ');
  });
  test('help is no error', () => {
    const { code, out } = asked('--help');
    expect([code, out[0]]).toEqual([0, expect.stringMatching(/^npm run simulate/)]);
  });
});
