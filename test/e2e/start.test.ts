// `npm start` as a person runs it: a process of its own on a state folder of its own, read by what it prints.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freshAssembly } from '../../lib/cli/assembly.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'heddle-e2e-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  await freshAssembly({ root, environment: process.env, say: () => undefined });
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

const start = (...words: readonly string[]) => run('bin/start.ts', ...words);

const run = (
  program: string,
  ...words: readonly string[]
): { readonly child: ChildProcess; readonly ended: Promise<Ended>; said: () => string } => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...words], {
    cwd: root,
    stdio: 'pipe',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, output })));
  return { child, ended, said: () => output };
};

const rowsOf = (output: string): readonly string[] =>
  output.split('\n').filter((line) => /^(collect|sentiment|trends|report) {2}/.test(line));

/** A row without its times. */
const facts = (rows: readonly string[]) => rows.map((row) => row.split(/ {2,}/).slice(0, 7));

describe('the sample reviews', () => {
  const state = join(folder, 'sample');
  let sample: Promise<Ended> | undefined;
  const sampled = (): Promise<Ended> => {
    sample ??= start('--state', state).ended;
    return sample;
  };

  test('go through four pipelines to a report, and are not done again', async () => {
    const first = await sampled();
    expect(first).toMatchObject({ code: 0 });
    expect(rowsOf(first.output).map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual([
      ['collect', expect.stringMatching(/^demo-/), 'demo', 'completed'],
      ['sentiment', expect.stringMatching(/^demo-/), 'demo', 'completed'],
      ['trends', expect.stringMatching(/^demo-/), 'demo', 'completed'],
      ['report', expect.stringMatching(/^demo-/), 'demo', 'completed'],
    ]);
    expect(first.output).toContain('3 dead letter(s) of collect');
    expect(first.output).toContain('line 1001: text is empty');
    expect(first.output).toMatch(/Accuracy against 3,000 labels: 8\d\.\d %/);
    const page = readFileSync(join(state, 'reports', 'demo', 'report.html'), 'utf8');
    expect(page).toContain('3,000');

    const second = await start('--state', state).ended;
    expect(second).toMatchObject({ code: 0 });
    expect(second.output).toContain('nothing ran again');
    expect(facts(rowsOf(second.output))).toEqual(facts(rowsOf(first.output)));
  });

  test('a process killed in the middle carries on where it was, with nothing lost and nothing doubled', async () => {
    const killed = join(folder, 'killed');
    const first = start('--state', killed);
    await new Promise<void>((resolve) => {
      const poll = setInterval(() => {
        if (!first.said().includes('sentiment.score: running')) return;
        clearInterval(poll);
        resolve();
      }, 10);
    });
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await start('--state', killed).ended;
    expect(second).toMatchObject({ code: 0 });
    expect(facts(rowsOf(second.output))).toEqual(facts(rowsOf((await sampled()).output)));
  });
});

test('by day and source: the last day as it comes in, and the month before it backfilled', async () => {
  const state = join(folder, 'days');
  const first = await start('--by-day', '--state', state).ended;
  expect(first).toMatchObject({ code: 0 });
  expect(first.output).toContain('81 files lie in the inbox');
  expect(
    facts(rowsOf(first.output)).map(([pipeline, , partition, status]) => `${pipeline} ${partition} ${status}`),
  ).toEqual(
    ['amazon', 'imdb', 'yelp'].flatMap((source) =>
      ['collect', 'sentiment', 'trends', 'report'].map((name) => `${name} 2026-02-01|${source} completed`),
    ),
  );
  const heddle = async (...words: readonly string[]) => {
    const said = await run('bin/heddle.ts', ...words, '--state', state).ended;
    expect(said).toMatchObject({ code: 0 });
    return said.output;
  };
  const plan = await heddle('backfill', 'report', '--from', '2026-01-01', '--to', '2026-01-31', '--upstream');
  expect(plan).toMatch(/1 {2}collect {6}81 {2}2026-01-05\|amazon to 2026-01-31\|yelp {2}missing/);
  expect(plan).toMatch(/^324 runs, 5 at once, about .*, about \$0\.\d+ at list prices in AWS$/m);
  expect(plan).toContain('collect 2026-01-01|amazon to 2026-01-04|yelp (12): nothing was dropped for it');
  const day = ['--from', '2026-01-05', '--to', '2026-01-05'];
  const went = await heddle('backfill', 'report', ...day, '--upstream', '--go');
  expect(went).toContain('12 of 12 completed');
  const calendar = await heddle('partitions', 'report');
  expect(calendar).toMatch(/^day +amazon +imdb +yelp$/m);
  for (const done of ['2026-01-05', '2026-02-01']) expect(calendar).toMatch(new RegExp(`^${done} +✓ +✓ +✓$`, 'm'));
  expect(calendar).toContain('✓ 6 completed');
  const made = await heddle('lineage', 'report/2026-01-05', '--up');
  const sources = ['amazon', 'imdb', 'yelp'];
  expect(made.match(/^report\/\S+/gm)).toEqual(sources.map((source) => `report/2026-01-05|${source}`));
  for (const source of sources) expect(made).toContain(`drops/2026-01-05/${source}/`);
}, 300_000);

describe("a person's own file", () => {
  test('a bad row becomes a dead letter that names its line; the rest goes on', async () => {
    const file = join(folder, 'shop.csv');
    writeFileSync(
      file,
      'text,date,source\r\n"Good, really",2026-03-01,shop\r\nawful,yesterday,shop\r\nfine,2026-03-02,web\r\n',
    );
    const { code, output } = await start('--state', join(folder, 'own'), '--input', file).ended;
    expect(code).toBe(0);
    expect(output).toContain('1 dead letter(s) of collect');
    expect(output).toContain('line 3: date is "yesterday"; expected YYYY-MM-DD, such as 2026-01-31');
    expect(existsSync(join(folder, 'own', 'reports', 'shop', 'report.html'))).toBe(true);
  });

  test('a file that is not what it says fails the run, and what depends on it does not start', async () => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{ "not": "a list"');
    const { code, output } = await start('--state', join(folder, 'broken'), '--input', file).ended;
    expect(code).toBe(1);
    expect(rowsOf(output).map((row) => row.split(/ {2,}/)[3])).toEqual(['failed']);
    expect(output).toContain('Not started, as what they need is not complete: sentiment, trends, report');
    expect(output).toMatch(/collect failed: read failed: Heddle\.Permanent: /);
  });
});

describe('what cannot work is refused with one message and exit code 2', () => {
  test.each([
    [
      'a kind that nobody reads',
      ['--input', 'README.md'],
      /^HDL620 README\.md ends in '\.md'; expected .*\.csv, \.json, \.jsonl/m,
    ],
    ['an unknown option', ['--inptu', 'x'], /^HDL603 Unknown option '--inptu'/m],
    ['a port that is none', ['--port', '99999'], /^HDL603 --port is '99999'; expected a port from 1 to 65535/m],
    [
      'a partition of two segments',
      ['--partition', 'a/b'],
      /^HDL603 --partition is 'a\/b'; expected a letter, then letters, digits/m,
    ],
    [
      'a trial named like a day',
      ['--partition', '2026-01-31'],
      /^HDL603 --partition is '2026-01-31'; expected a letter/m,
    ],
    [
      'two samples at once',
      ['--by-day', '--fail', 'sentiment.score:3%'],
      /^HDL603 --by-day with --input, --partition or --fail/m,
    ],
  ])('%s', async (_, arguments_, message) => {
    const { code, output } = await start('--state', join(folder, 'never'), ...arguments_).ended;
    expect(code).toBe(2);
    expect(output).toMatch(message);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  test('a taken port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { code, output } = await start('--state', join(folder, 'port'), '--port', String(port)).ended;
    server.close();
    expect(code).toBe(2);
    expect(output).toContain(`HDL502 port ${port} is in use; expected a free port on 127.0.0.1`);
  });

  test('a damaged state, which is set aside when asked to', async () => {
    const damaged = join(folder, 'damaged');
    const file = join(folder, 'tiny.csv');
    writeFileSync(file, 'text,date,source\ngood,2026-03-01,shop\nbad,2026-03-02,shop\n');
    mkdirSync(damaged);
    writeFileSync(join(damaged, 'engine.sqlite'), 'rubbish');
    const refused = await start('--state', damaged, '--input', file).ended;
    expect(refused).toMatchObject({ code: 2, output: expect.stringMatching(/^HDL503 .*engine\.sqlite is damaged/m) });
    const afresh = await start('--state', damaged, '--input', file, '--set-aside').ended;
    expect(afresh.code).toBe(0);
    expect(readFileSync(join(damaged, 'engine.sqlite.damaged-1'), 'utf8')).toBe('rubbish');
  });
});
