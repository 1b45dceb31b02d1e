// Code that comes as a zip file, with the call or from a bucket: unpacked into the state folder, once for each content.
// https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html
import { dirname, join } from 'node:path';
import { crypto, fs, zlib } from '../../late-modules.ts';
import { AwsError, type EngineContext, notImplemented, type Shape } from '../../service.ts';
import { read } from './function-record.ts';

const MOST_BYTES = 262_144_000; // unpacked, as on AWS
const [ENTRY, END] = ['PK\u0001\u0002', 'PK\u0005\u0006'];
const END_BYTES = 22;
const [STORED, DEFLATED] = [0, 8];

const invalid = (message: string): AwsError =>
  new AwsError('InvalidParameterValueException', message, 400, { Type: 'User' });

const broken = (): AwsError =>
  invalid('Could not unzip uploaded file. Please check your file, then try to upload again.');

const tooLarge = (most: number): AwsError => invalid(`Unzipped size must be smaller than ${most} bytes`);

interface Entry {
  readonly path: string;
  readonly bytes: Buffer;
}

/** The files in a zip file, one after the other as its directory lists them. Throws RangeError or Error where it is none, or holds too much. */
export function* filesOf(zip: Buffer, most = MOST_BYTES): Generator<Entry> {
  const end = zip.lastIndexOf(END, undefined, 'latin1');
  if (end < 0 || end + END_BYTES > zip.length) throw new Error('it has no directory');
  const count = zip.readUInt16LE(end + 10);
  let left = most;
  for (let place = 0, at = zip.readUInt32LE(end + 16); place < count; place++) {
    if (zip.toString('latin1', at, at + 4) !== ENTRY) throw new Error('its directory is cut off');
    const [method, sum, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 16), zip.readUInt32LE(at + 20)];
    const [nameLength, local] = [zip.readUInt16LE(at + 28), zip.readUInt32LE(at + 42)];
    const path = zip.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    if (path.endsWith('/')) continue;
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(from, from + size);
    if (method !== STORED && method !== DEFLATED) throw new Error(`${path} is packed in a way that nobody uses`);
    const bytes = method === STORED ? packed : zlib().inflateRawSync(packed, { maxOutputLength: left + 1 });
    left -= bytes.length;
    if (left < 0) throw tooLarge(most);
    if (zlib().crc32(bytes) !== sum) throw new Error(`${path} is damaged`);
    if (/^[/\\]|(?:^|[/\\])\.\.(?:[/\\]|$)/.test(path)) throw new Error(`${path} lies outside`);
    yield { path, bytes };
  }
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';

const unpack = (zip: Buffer, folder: string): void => {
  try {
    for (const { path, bytes } of filesOf(zip)) {
      const file = join(folder, path);
      fs.mkdirSync(dirname(file), { recursive: true });
      fs.writeFileSync(file, bytes);
    }
  } catch (error) {
    if (error instanceof AwsError) throw error;
    if (isTooLarge(error)) throw tooLarge(MOST_BYTES);
    if (error instanceof Error && 'syscall' in error) throw error; // of the disk, which took a file of it not
    throw broken();
  }
};

const bytesOf = (value: unknown): Buffer =>
  value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value), 'base64');

/** The object of a bucket. Throws InvalidParameterValueException, as Lambda does for an error of S3. */
const objectOf = async (context: EngineContext, code: Shape): Promise<Buffer> => {
  if (code.S3ObjectVersion !== undefined) throw notImplemented('lambda', 'code from a version of an object');
  const [Bucket, Key] = [read.text(code, 'S3Bucket'), read.text(code, 'S3Key')];
  try {
    return bytesOf((await context.service('s3').call('GetObject', { Bucket, Key })).Body);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalid(`Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`);
  }
};

/** A folder of what `fill` puts into it, named after `content`: whole or not at all. */
const folderOf = (context: EngineContext, content: Buffer, fill: (folder: string) => void): string => {
  const folder = join(context.stateDir, 'code', crypto().createHash('sha256').update(content).digest('hex'));
  if (fs.existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  fs.rmSync(partial, { recursive: true, force: true });
  fs.mkdirSync(partial, { recursive: true });
  try {
    fill(partial);
  } catch (error) {
    fs.rmSync(partial, { recursive: true, force: true });
    throw error;
  }
  fs.renameSync(partial, folder);
  return folder;
};

/** The folder that the code of a call is in: `ZipFile`, an object of S3, or `InlineText` as a template has it, which is `index.js`. */
export const folderOfUpload = async (context: EngineContext, code: Shape): Promise<string> => {
  const text = read.optionalText(code, 'InlineText');
  if (text !== undefined)
    return folderOf(context, Buffer.from(`index.js\n${text}`), (to) => fs.writeFileSync(join(to, 'index.js'), text));
  const zip = code.ZipFile === undefined ? await objectOf(context, code) : bytesOf(code.ZipFile);
  if (zip.length === 0) throw invalid('Uploaded file must be a non-empty zip');
  return folderOf(context, zip, (to) => unpack(zip, to));
};
