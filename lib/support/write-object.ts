// An object of S3 that is written as it is made, in parts: memory holds the one that is gathered and the one that is on its way.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
import type { Aws, ObjectOptions } from './aws-call.ts';
import { fieldIn, s3Error } from './s3-error.ts';

/** AWS: 5 MiB at least, but for the last; 10,000 of them at most. */
const partBytes = 5 * 1_048_576;
/** The call that joins the parts waits until they are. */
const joinTimeoutMs = 120_000;
const unlessThere = { 'if-none-match': '*' };

/** Of at least so many bytes, but for the last. */
async function* inParts(pieces: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer<ArrayBuffer>, undefined> {
  let [held, size]: [Buffer[], number] = [[], 0];
  for await (const piece of pieces) {
    held.push(piece);
    size += piece.length;
    if (size < bytes) continue;
    yield Buffer.concat(held);
    [held, size] = [[], 0];
  }
  if (size > 0) yield Buffer.concat(held);
}

export interface WriteOptions {
  readonly bytesOfPart?: number;
  /** Asked when all pieces have come. @default they are */
  readonly areWanted?: () => boolean;
}

/**
 * Writes an object; one that is there is left as it is, so that a repeat is harmless. Throws AwsCallError, and what the pieces throw:
 * then what was uploaded is given up, as that which nobody wants is. Of one who died the bucket's lifecycle has to.
 */
export const writeObject = async (
  aws: Aws,
  bucket: string,
  key: string,
  pieces: AsyncIterable<Buffer>,
  { bytesOfPart = partBytes, areWanted = () => true }: WriteOptions = {},
): Promise<void> => {
  const send = async (method: 'PUT' | 'POST' | 'DELETE', options: ObjectOptions): Promise<Answer> => {
    const response = await aws.object(method, bucket, key, options);
    const text = await response.text();
    // Of parts that could not be joined S3 tells with a 200, as it had begun to answer.
    const wasThere = response.status === 412 && options.headers === unlessThere;
    if (wasThere || (response.ok && !text.includes('<Error>')))
      return { text, wasThere, etag: response.headers.get('etag') ?? '' };
    throw s3Error(response.status, text, `s3://${bucket}/${key}`);
  };
  const parts = inParts(pieces, bytesOfPart);
  try {
    const first = (await parts.next()).value ?? Buffer.alloc(0);
    const second = await parts.next();
    if (!second.done) await sendParts(first, second.value);
    else if (areWanted()) await send('PUT', { body: first, headers: unlessThere });
  } finally {
    await parts.return(undefined); // where they were not asked for to their end, what they are made of is let go
  }

  async function sendParts(first: Buffer<ArrayBuffer>, second: Buffer<ArrayBuffer>): Promise<void> {
    const uploadId = fieldIn((await send('POST', { query: { uploads: '' } })).text, 'UploadId') ?? '';
    const sendPart = (body: Buffer<ArrayBuffer>, number: number): Promise<Answer> =>
      send('PUT', { body, query: { partNumber: String(number), uploadId } });
    const join = (sent: readonly Answer[]): Promise<Answer> => {
      const list = sent.map(
        ({ etag }, place) => `<Part><PartNumber>${place + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
      );
      const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`;
      return send('POST', { body, headers: unlessThere, query: { uploadId }, timeoutMs: joinTimeoutMs });
    };
    // What is not given up now is by the bucket's lifecycle. One that was joined after all, its answer lost, is not there any more.
    const giveUp = () => Promise.allSettled([send('DELETE', { query: { uploadId } })]);
    let underWay = sendPart(first, 1);
    try {
      const sent: Answer[] = [];
      for (let body: Buffer<ArrayBuffer> | undefined = second; body; body = (await parts.next()).value) {
        sent.push(await underWay);
        underWay = sendPart(body, sent.length + 1);
        underWay.catch(() => undefined); // it is waited for in its turn
      }
      sent.push(await underWay);
      if (!areWanted() || (await join(sent)).wasThere) await giveUp();
    } catch (error) {
      await Promise.allSettled([underWay]); // a part that arrives after it was given up would stay
      await giveUp();
      throw error;
    }
  }
};

interface Answer {
  readonly text: string;
  readonly wasThere: boolean;
  readonly etag: string;
}
