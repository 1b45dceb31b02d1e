// What settle finds out about files that a map could not read, and the copies that it makes of JSON lines.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { settle } from '../../lib/operators/index.ts';
import { brokenRows } from '../../lib/operators/settle/broken-rows.ts';
import { type RowsLimits, usualLimits } from '../../lib/operators/settle/read-rows.ts';
import { mendedRows, type RowsFacts, type RunFacts, type SettleCall } from '../../lib/records/index.ts';
import { listObjects } from '../../lib/support/list-objects.ts';
import { usualPieceBytes } from '../../lib/support/read-object.ts';
import { at, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
  await workshop.local.service('s3').call('CreateBucket', { Bucket: 'inbox' });
});
afterAll(() => workshop.local.close());

const put = (Key: string, Body: string | Buffer, Bucket = 'inbox') =>
  workshop.local.service('s3').call('PutObject', { Bucket, Key, Body: Buffer.from(Body) });
const get = async (key: string): Promise<string> => {
  const response = await workshop.services.aws.object('GET', 'payloads', key);
  return response.text();
};
const small: RowsLimits = { ...usualLimits, pieceBytes: 7, line: { rowBytes: 50, lineBytes: 3_000, mostBad: 100 } };
type Failed = Extract<SettleCall, { action: 'mapFailed' }>;

let runs = 0;
const look = async (
  format: string,
  key: string,
  more: {
    readonly rows?: Partial<RowsFacts>;
    readonly error?: string;
    readonly limits?: Partial<RowsLimits>;
    readonly begun?: boolean;
    readonly run?: RunFacts;
    readonly services?: Partial<typeof workshop.services>;
  } = {},
) => {
  const run = more.run ?? (await workshop.startRun(`rows${++runs}`));
  if (more.begun) await workshop.local.ledger.stages.claimBatch(at(run, 'm'), 0, 'a', 'now', { rows: 2 });
  const call: Failed = {
    action: 'mapFailed',
    run,
    stage: 'm',
    items: { kind: 'value', value: key },
    bind: { kind: 'ref', source: { kind: 'item' }, path: [] },
    after: [],
    chosen: {},
    control: [],
    error: { Error: more.error ?? 'States.ItemReaderFailed', Cause: 'AWS says so' },
    rows: { bucket: 'inbox', format, ...(format === 'jsonl' ? { mendIn: 'payloads' } : {}), ...more.rows },
  };
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen: {} };
  const services = { ...workshop.services, ...more.services };
  return brokenRows(call, at(run, 'm'), scope, services, { ...small, ...more.limits });
};
/** In the order that they are read in. */
const copiesUnder = async (prefix: string): Promise<readonly string[]> => {
  const copies: string[] = [];
  for await (const { key } of listObjects(workshop.services.aws, 'payloads', prefix)) copies.push(await get(key));
  return copies;
};
const copiesFor = ({ pipeline, id }: RunFacts) => copiesUnder(`${mendedRows(pipeline)}${id}/`);
const copyOf = async (...given: Parameters<typeof look>): Promise<string> => {
  const { mended } = (await look(...given)) ?? {};
  if (!mended) throw new Error('nothing was mended');
  return get(mended.key);
};
/** A table, say, that was taken for JSON lines: each line would be a dead letter. */
test.each([
  ['one file', 'table.jsonl', {}],
  ['files under a prefix together', 'tables/', { under: 'prefix' as const }],
])(
  'more lines that can be no rows than may be, of %s, are told at once, and nothing is copied',
  async (_, key, rows) => {
    for (const name of ['table.jsonl', 'tables/a.jsonl', 'tables/b.jsonl']) await put(name, 'a,b\n'.repeat(60));
    const limits = { line: { ...small.line, mostBad: 'under' in rows ? 100 : 50 } };
    const found = await look('jsonl', key, { rows, limits });
    expect(found?.cause).toMatch(
      /^HDL732 s3:\/\/inbox\/table.*: lines 1, 2, 3, 4, 5 and \d+ more can be no rows: line 1 is no JSON/,
    );
    expect(found).not.toHaveProperty('mended');
  },
);

const markOf = (line: number, problem: string, text: string, is = 'no JSON') =>
  `${JSON.stringify({ 'heddle:malformed': { line, is, problem, text } })}\n`;

describe('a copy of JSON lines', () => {
  const cut = markOf(2, 'Unexpected end of JSON input', '{"n":');
  test.each([
    ['in which one in the middle is none', '{"n":0}\n{"n":\n{"n":2}\n', `{"n":0}\n${cut}{"n":2}\n`],
    ['of which the last has no end', '{"n":0}\n{"n":', `{"n":0}\n${cut}`],
    [
      'of which one is cut within a text',
      '{"n":0}\n{"n":"a\n',
      `{"n":0}\n${markOf(2, 'Unterminated string in JSON at column 8', '{"n":"a')}`,
    ],
    ['that end as on Windows', '{"n":0}\r\n{"n":\r\n{"n":2}\r\n', `{"n":0}\r\n${cut}{"n":2}\r\n`],
    ['that begin with the mark of the byte order', '\uFEFF{"n":0}\n{"n":2}', '{"n":0}\n{"n":2}'],
    [
      'of which the first, with that mark, is none',
      '\uFEFFx\n',
      markOf(1, `Unexpected token 'x', "x" is not valid JSON`, 'x'),
    ],
    [
      'with empty ones, which are counted',
      '\n \n{"n":0}\n\n{"n":\n',
      `{"n":0}\n${cut.replace('"line":2', '"line":5')}`,
    ],
    [
      'of which two are the same',
      '{"n":0}\n{"n":0}\n{"n":\n',
      `{"n":0}\n{"n":0}\n${cut.replace('"line":2', '"line":3')}`,
    ],
    [
      'of which one is too large for a state',
      `{"n":0}\n{"n":"${'x'.repeat(60)}"}\n`,
      `{"n":0}\n${markOf(2, 'it has 68 bytes, a row 50 at most', `{"n":"${'x'.repeat(60)}"}`, 'too large')}`,
    ],
    ['of which one is large, but has few values', `{"n":0}\n{"n":${' '.repeat(60)}2}\nx\n`, undefined],
  ])('%s', async (_, text, expected) => {
    await put('one.jsonl', text);
    const found = await copyOf('jsonl', 'one.jsonl');
    if (expected === undefined) expect(found).toContain(`\n{"n":${' '.repeat(60)}2}\n`);
    else expect(found).toBe(expected);
    // The same, if it is read at once.
    expect(await copyOf('jsonl', 'one.jsonl', { limits: { pieceBytes: 1_000 } })).toBe(found);
  });

  test('of which one has no end shows its beginning, and is not kept in memory', async () => {
    await put('endless.jsonl', `{"n":0}\n${'y'.repeat(9_000)}\n{"n":1}\n`);
    const copy = await copyOf('jsonl', 'endless.jsonl', { limits: { pieceBytes: 1_000 } });
    expect(copy).toBe(
      `{"n":0}\n${markOf(2, 'it has 9001 bytes, a row 50 at most', 'y'.repeat(2_000), 'too large')}{"n":1}\n`,
    );
  });

  test('larger than a part, of which the first and the last are none', async () => {
    const line = `{"text":"${'x'.repeat(100_000)}"}\n`;
    const lines = line.repeat(120);
    await put('large.jsonl', `no\n${lines}no`);
    const copy = await copyOf('jsonl', 'large.jsonl', { limits: { pieceBytes: 1_000_000, line: usualLimits.line } });
    const marks = copy.split(lines);
    expect(marks.map((mark) => JSON.parse(mark)['heddle:malformed'].line)).toEqual([1, 122]);
  }, 20_000);

  test('under a prefix: of each, packed or not, in their order and under names of their own', async () => {
    await put('many/', '');
    await put('many/a.jsonl', '{"n":0}\n');
    await put('many/a.jsonl.gz', gzipSync('{"n":1}\n{"n":'));
    await put('many/b.jsonl', '{"n":2}');
    const found = await look('jsonl', 'many/', { rows: { under: 'prefix' } });
    const copies = await copiesUnder(found?.mended?.key ?? '-');
    expect(copies.slice(0, 1)).toEqual(['{"n":0}\n']);
    expect(copies[1]).toContain('"line":2');
    expect(copies[1]).toContain('"object":"many/a.jsonl.gz"');
    expect(copies.slice(2)).toEqual(['{"n":2}']);
  });

  test('under a prefix: of none, where nothing is wrong with any', async () => {
    const run = await workshop.startRun('well');
    for (const name of ['a', 'b', 'c']) await put(`well/${name}.jsonl`, '{"n":1}\n'.repeat(5));
    expect(await look('jsonl', 'well/', { rows: { under: 'prefix' }, run })).toBeUndefined();
    expect(await copiesFor(run)).toEqual([]);
  });

  test('under a prefix: who died between those with a bad line and the others makes the others again', async () => {
    const run = await workshop.startRun('died');
    for (const [name, text] of Object.entries({ a: '{"n":1}', b: 'no', c: '{"n":3}' }))
      await put(`died/${name}.jsonl`, `${text}\n`);
    const { aws } = workshop.services;
    const object: typeof aws.object = (method, bucket, key, options) => {
      if (method === 'PUT' && key.endsWith('000002.jsonl')) throw new Error('it died');
      return aws.object(method, bucket, key, options);
    };
    const given = { rows: { under: 'prefix' as const }, run };
    await expect(look('jsonl', 'died/', { ...given, services: { aws: { ...aws, object } } })).rejects.toThrow(
      'it died',
    );
    await look('jsonl', 'died/', given);
    expect(await copiesFor(run)).toEqual(['{"n":1}\n', expect.stringContaining('"line":1'), '{"n":3}\n']);
  });

  test('under a prefix to which a file came before it was made again has the rows of each once', async () => {
    const run = await workshop.startRun('came');
    await put('came/b.jsonl', 'no\n{"n":1}\n');
    await look('jsonl', 'came/', { rows: { under: 'prefix' }, run });
    await put('came/a.jsonl', '{"n":0}\n');
    const found = await look('jsonl', 'came/', { rows: { under: 'prefix' }, run });
    expect(await copiesUnder(found?.mended?.key ?? '-')).toEqual([
      '{"n":0}\n',
      expect.stringMatching(/"line":1.*\n{"n":1}\n$/),
    ]);
  });

  test('is made again by one who does not know of it, and is the same', async () => {
    await put('again.jsonl', 'no\n{"n":1}\n');
    const run = await workshop.startRun('again');
    const call: SettleCall = {
      action: 'mapFailed',
      run,
      stage: 'm',
      items: { kind: 'value', value: 'again.jsonl' },
      bind: { kind: 'ref', source: { kind: 'item' }, path: [] },
      after: [],
      chosen: {},
      control: [],
      error: { Error: 'States.ItemReaderFailed' },
      rows: { bucket: 'inbox', format: 'jsonl', mendIn: 'payloads' },
    };
    const first = await settle(call, workshop.services);
    expect(first).toMatchObject({ mended: { bucket: 'payloads', key: expect.stringContaining('/mended/') } });
    expect(await settle(call, workshop.services)).toEqual(first);
  });
});

describe('is not made, and why is told,', () => {
  const three = 'no\n{"n":1}\nno\n\nno\n';
  test.each<[string, Parameters<typeof look>[2], string]>([
    [
      'of a copy',
      { rows: { mended: true } },
      `HDL732 s3://inbox/three.jsonl: lines 1, 3, 5 can be no rows: line 1 is no JSON: Unexpected token 'o', "no`,
    ],
    [
      'of more than there is time for',
      { limits: { ms: -60_000 } },
      'HDL737 s3://inbox/three.jsonl was not read to its',
    ],
    ['of more bytes', { limits: { bytes: 15 } }, 'HDL737 s3://inbox/three.jsonl has 18 bytes, so it was not looked'],
    [
      'of more bytes under a prefix',
      { rows: { under: 'prefix' }, limits: { bytes: 15 } },
      'HDL737 s3://inbox/three.jsonl has more than 15 bytes, so',
    ],
    [
      'of more files',
      { rows: { under: 'prefix' }, limits: { objects: 0 } },
      'HDL737 s3://inbox/three.jsonl has more than 0 files, so',
    ],
  ])('%s', async (_, more, cause) => {
    await put('three.jsonl', three);
    const found = await look('jsonl', 'three.jsonl', more);
    expect(found?.mended).toBeUndefined();
    expect(found?.cause?.slice(0, cause.length)).toBe(cause);
    if (cause.startsWith('HDL737')) expect(found?.cause).toMatch(/Step Functions said: AWS says so$/);
  });

  test('of what is packed and more than it seems', async () => {
    await put('bomb.jsonl.gz', gzipSync(`${'{"n":1}\n'.repeat(1_000)}no\n`));
    const found = await look('jsonl', 'bomb.jsonl.gz', { limits: { bytes: 5_000 } });
    expect(found?.cause).toMatch(
      /^HDL737 s3:\/\/inbox\/bomb.jsonl.gz and what is read with it have more than 5000 bytes/,
    );
  });

  test('of what cannot be unpacked', async () => {
    await put('torn.jsonl.gz', gzipSync('{"n":1}\n'.repeat(1_000)).subarray(0, 30));
    expect((await look('jsonl', 'torn.jsonl.gz'))?.cause).toMatch(
      /^HDL732 s3:\/\/inbox\/torn.jsonl.gz: it cannot be unpacked: unexpected end of file/,
    );
  });

  test('of lines with which nothing is wrong: then Step Functions is to be believed', async () => {
    await put('fine.jsonl', '{"n":1}\n{"n":2}\n');
    expect(await look('jsonl', 'fine.jsonl')).toBeUndefined();
    expect(await look('jsonl', 'fine', { rows: { under: 'prefix' } })).toBeUndefined();
  });
});

describe('a row that is too large', () => {
  const text = `{"n":0}\n{"n":"${'x'.repeat(60)}"}\nno\n`;
  test('is named where the map has worked on others: they were cut with it in between', async () => {
    await put('sizes.jsonl', text);
    for (const error of ['States.DataLimitExceeded', 'States.ExceedToleratedFailureThreshold']) {
      const found = await look('jsonl', 'sizes.jsonl', { begun: true, error });
      expect(found?.cause).toMatch(/lines 2, 3 can be no rows: line 2 is too large: it has 68 bytes, a row 50 at most/);
    }
  });

  test('stays in the copy where the map has worked on others, and was stopped by another line', async () => {
    await put('sizes.jsonl', text);
    const copy = await copyOf('jsonl', 'sizes.jsonl', { begun: true });
    expect(copy).toContain(`\n{"n":"${'x'.repeat(60)}"}\n`);
    expect(copy).toContain('"line":3');
  });

  test('is told of where nobody says which', async () => {
    const found = await look('csv', 'sizes.csv', { error: 'States.DataLimitExceeded' });
    expect(found?.cause).toMatch(
      /^HDL732 s3:\/\/inbox\/sizes.csv: a row is larger than the 180000 bytes .* said: AWS says so$/,
    );
    expect(await look('csv', 'sizes.csv', { error: 'States.ExceedToleratedFailureThreshold' })).toBeUndefined();
  });

  test('is not looked for where the map failed for another reason', async () => {
    await put('sizes.jsonl', text);
    expect(await look('jsonl', 'sizes.jsonl', { error: 'States.Timeout' })).toBeUndefined();
  });
});

describe('of other files', () => {
  const wide = `${'n'.repeat(11_000)}\n1\n`;
  test.each([
    ['csv', 'n,n\n1,2\n', 'HDL732 s3://inbox/other: its header on line 1 has "n" twice. Fix'],
    ['csv', '\n1,2\n', 'HDL732 s3://inbox/other: it has no header line. Fix'],
    ['csv', wide, 'HDL732 s3://inbox/other: its header on line 1 has more than the 10240 bytes that AWS takes. Fix'],
    ['csv', 'n,"a,b"\n1,2\n', undefined],
    ['json', '[1,\n2,\n]', 'HDL732 s3://inbox/other: line 3: ] where a value is expected. Fix'],
    ['json', '{"n":1}', 'HDL732 s3://inbox/other: it is JSON, but no list. Fix'],
    ['json', '[1,2]', undefined],
    ['inventory', '{"files":[]', 'HDL732 s3://inbox/other: line 1: it ends where , or } is expected. Fix'],
    ['inventory', '{"files":[]}', "HDL732 s3://inbox/other: it is not an inventory's manifest"],
  ])('%s: %.20j', async (format, text, cause) => {
    await put('other', text);
    const found = await look(format, 'other', { limits: { pieceBytes: text.length > 1_000 ? 1_000 : 7 } });
    expect(found?.cause?.slice(0, cause?.length)).toBe(cause);
  });
});

test('of tables only the headers are read, however large and many they are', async () => {
  const rows = '1,2\n'.repeat(15_000);
  for (const name of ['a', 'b', 'c']) await put(`tables-of/${name}.csv`, `n,m\n${rows}`);
  await put('tables-of/d.csv', `n,n\n${rows}`);
  const found = await look('csv', 'tables-of/', {
    rows: { under: 'prefix' },
    limits: { bytes: 100_000, pieceBytes: usualPieceBytes },
  });
  expect(found?.cause).toMatch(/^HDL732 s3:\/\/inbox\/tables-of\/d.csv: its header on line 1 has "n" twice/);
});

describe('where S3 gives none', () => {
  test('an object that is not there is named', async () => {
    expect((await look('jsonl', 'gone'))?.cause).toMatch(/^HDL731 s3:\/\/inbox\/gone cannot be read: HTTP 404/);
  });

  test('what may pass is thrown, for the state to try again', async () => {
    const object = async () => new Response('<Error><Code>SlowDown</Code></Error>', { status: 503 });
    const services = { aws: { ...workshop.services.aws, object } };
    await expect(look('jsonl', 'one.jsonl', { services })).rejects.toMatchObject({ code: 'SlowDown' });
    await expect(look('jsonl', 'one', { services, rows: { under: 'prefix' } })).rejects.toMatchObject({ status: 503 });
  });
});
