// What is wrong with the files of rows that are no JSON lines, in words, with its line. They are looked at as they come.
import { JsonScanner } from '../../support/json-scanner.ts';

/** AWS: a header has no more. */
const longestHeader = 10_240;
/** What is read of a table: its first piece holds the longest header. */
export const headerPieceBytes = 16_384;

/** Of a table only its header can be wrong: Step Functions fills up, or cuts, its rows. */
export const problemOfTable = async (pieces: AsyncIterable<Buffer>): Promise<string | undefined> => {
  let start = Buffer.alloc(0);
  for await (const piece of pieces) {
    start = Buffer.concat([start, piece]);
    if (start.length > longestHeader || start.includes('\n')) break;
  }
  const [header = ''] = start.toString().split('\n', 1);
  if (header.trim() === '') return 'it has no header line';
  const bytes = Buffer.byteLength(header);
  if (bytes > longestHeader) return `its header on line 1 has more than the ${longestHeader} bytes that AWS takes`;
  const names: readonly string[] = header.trim().match(/"(?:[^"]|"")*"|[^,]+/g) ?? []; // a comma in quotes is part of a name
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `its header on line 1 has ${JSON.stringify(twice)} twice`;
};

export const problemOfList = async (pieces: AsyncIterable<Buffer>): Promise<string | undefined> => {
  const scanner = new JsonScanner();
  for await (const piece of pieces) if (!scanner.push(piece)) break;
  scanner.end();
  if (scanner.problem !== undefined) return scanner.problem;
  return scanner.root === '[' ? undefined : 'it is JSON, but no list';
};

/** The bucket and the keys that an S3 inventory's manifest names, or what is wrong with it. */
export const filesOfInventory = (
  text: Buffer,
): { readonly bucket: string; readonly keys: readonly string[] } | { readonly problem: string } => {
  const scanner = new JsonScanner();
  scanner.push(text);
  scanner.end();
  if (scanner.problem !== undefined) return { problem: scanner.problem };
  const manifest = JSON.parse(text.toString()) as unknown;
  const { fileSchema, destinationBucket, files } = (manifest ?? {}) as { readonly [field: string]: unknown }; // any JSON may be asked
  if (typeof fileSchema !== 'string' || typeof destinationBucket !== 'string' || !Array.isArray(files))
    return { problem: "it is not an inventory's manifest: it has no fileSchema, destinationBucket or files" };
  return {
    bucket: destinationBucket.replace(/^arn:aws[\w-]*:s3:::/, ''),
    keys: files.map((file: { readonly key?: unknown } | null) => String(file?.key)),
  };
};
