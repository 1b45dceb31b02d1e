// Objects of S3 that are read and written piece by piece.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Aws } from '../../lib/support/aws-call.ts';
import { readObject } from '../../lib/support/read-object.ts';
import { writeObject } from '../../lib/support/write-object.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices();
});
afterAll(() => services.close());

const megabyte = 1_048_576;
const bytes = randomBytes(11 * megabyte + 3);
async function* piecesOf(all: Buffer, size = 2 * megabyte): AsyncGenerator<Buffer> {
  for (let start = 0; start < all.length; start += size) yield all.subarray(start, start + size);
}
const all = async (pieces: AsyncIterable<Buffer>): Promise<Buffer> => {
  const read: Buffer[] = [];
  for await (const piece of pieces) read.push(piece);
  return Buffer.concat(read);
};
/** The calls that were made, as the method and its query. */
const watched = (answer: (name: string) => Promise<Response> | undefined = () => undefined) => {
  const calls: string[] = [];
  const object: Aws['object'] = (method, bucket, key, options) => {
    const { uploadId = '', ...query } = options?.query ?? {};
    calls.push([method, ...Object.entries(query).map(String), uploadId && 'upload'].filter(Boolean).join(' '));
    return answer(calls.at(-1) ?? '') ?? services.aws.object(method, bucket, key, options);
  };
  return { calls, aws: { ...services.aws, object } };
};

test('what was written in parts is read in pieces', async () => {
  const { calls, aws } = watched();
  await writeObject(aws, 'payloads', 'large', piecesOf(bytes));
  expect(calls).toEqual(['POST uploads,', 'PUT partNumber,1 upload', 'PUT partNumber,2 upload', 'POST upload']);
  const { bytes: total, pieces } = await readObject(services.aws, 'payloads', 'large', 3 * megabyte);
  expect(total).toBe(bytes.length);
  expect((await all(pieces)).equals(bytes)).toBe(true);
});

test.each([
  ['small', 5, ['PUT']],
  ['empty', 0, ['PUT']],
])('one that is %s is written at once', async (key, length, expected) => {
  const { calls, aws } = watched();
  await writeObject(aws, 'payloads', key, piecesOf(bytes.subarray(0, length)));
  expect(calls).toEqual(expected);
  expect(await all((await readObject(aws, 'payloads', key)).pieces)).toEqual(bytes.subarray(0, length));
});

test.each([5, 11 * megabyte])('one of %d bytes that is there stays as it is, and no part stays', async (length) => {
  const key = `there-${length}`;
  await writeObject(services.aws, 'payloads', key, piecesOf(bytes.subarray(0, 2)));
  const { calls, aws } = watched();
  await writeObject(aws, 'payloads', key, piecesOf(bytes.subarray(0, length)));
  expect(await all((await readObject(aws, 'payloads', key)).pieces)).toEqual(bytes.subarray(0, 2));
  if (calls.length > 2) expect(calls.at(-2)).toBe('DELETE upload');
});

test.each<[string, (name: string) => Promise<Response> | undefined, RegExp]>([
  [
    'a part is refused',
    (name) => (name.startsWith('PUT partNumber,2') ? Promise.resolve(new Response('', { status: 403 })) : undefined),
    /HTTP 403/,
  ],
  [
    'the parts cannot be joined, which is told with a 200',
    (name) =>
      name === 'POST upload'
        ? Promise.resolve(new Response('<Error><Code>InternalError</Code><Message>try again</Message></Error>'))
        : undefined,
    /InternalError: s3:\/\/payloads\/given-up: HTTP 200 try again/,
  ],
])('where %s nothing stays', async (_, answer, message) => {
  const { calls, aws } = watched(answer);
  await expect(writeObject(aws, 'payloads', 'given-up', piecesOf(bytes))).rejects.toThrow(message);
  expect(calls.at(-1)).toBe('DELETE upload');
  await expect(readObject(aws, 'payloads', 'given-up')).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
});

test.each([5, 11 * megabyte])('of %d bytes that nobody wants after all nothing stays', async (length) => {
  const { calls, aws } = watched();
  await writeObject(aws, 'payloads', 'unwanted', piecesOf(bytes.subarray(0, length)), { areWanted: () => false });
  expect(calls.at(-1)).toBe(length > 5 ? 'DELETE upload' : undefined);
  await expect(readObject(aws, 'payloads', 'unwanted')).rejects.toMatchObject({ code: 'NoSuchKey' });
});

test('one that was joined although its answer was lost is there', async () => {
  await writeObject(services.aws, 'payloads', 'joined', piecesOf(bytes));
  const { aws } = watched((name) =>
    name === 'DELETE upload' ? Promise.resolve(new Response('', { status: 404 })) : undefined,
  );
  await writeObject(aws, 'payloads', 'joined', piecesOf(bytes)); // what is there is told with a 412
  expect((await readObject(aws, 'payloads', 'joined')).bytes).toBe(bytes.length);
});

test('what an object is made of is let go where it cannot be written', async () => {
  let isLetGo = false;
  async function* source(): AsyncGenerator<Buffer> {
    try {
      yield* piecesOf(bytes);
    } finally {
      isLetGo = true;
    }
  }
  const { aws } = watched((name) =>
    name.startsWith('POST') ? Promise.resolve(new Response('', { status: 403 })) : undefined,
  );
  await expect(writeObject(aws, 'payloads', 'refused', source())).rejects.toThrow('403');
  expect(isLetGo).toBe(true);
});

test('where what is written cannot be made to its end, nothing stays', async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield* piecesOf(bytes);
    throw new Error('it broke');
  }
  const { calls, aws } = watched();
  await expect(writeObject(aws, 'payloads', 'half', broken())).rejects.toThrow('it broke');
  expect(calls.at(-1)).toBe('DELETE upload');
});

test('one that is written anew while it is read is not read as half of each', async () => {
  const put = (Body: Buffer) => services.service('s3').call('PutObject', { Bucket: 'payloads', Key: 'anew', Body });
  await put(Buffer.from('aaaaaaaa'));
  const { pieces } = await readObject(services.aws, 'payloads', 'anew', 2);
  const read = pieces[Symbol.asyncIterator]();
  await read.next();
  await put(Buffer.from('bbbbbbbb'));
  await read.next(); // it was asked for before
  await expect(read.next()).rejects.toMatchObject({ code: 'PreconditionFailed' });
});

test('a piece whose connection ends within it is read again', async () => {
  await writeObject(services.aws, 'payloads', 'torn', piecesOf(bytes.subarray(0, 5)));
  let left = 2;
  const { aws } = watched(() =>
    left-- > 0
      ? Promise.resolve(new Response(new ReadableStream({ pull: (made) => made.error(new TypeError('terminated')) })))
      : undefined,
  );
  expect(await all((await readObject(aws, 'payloads', 'torn')).pieces)).toEqual(bytes.subarray(0, 5));
});
