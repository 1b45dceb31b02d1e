// What is wrong with rows that Step Functions could not read; and a copy of them that it can.
import { addressOf, type MapAddress, type Scope } from '../../ledger/index.ts';
import { type MendedRows, mendedRows, type RowsFacts } from '../../records/index.ts';
import { AwsCallError } from '../../support/aws-call.ts';
import { eachAtOnce } from '../../support/each-at-once.ts';
import { listObjects } from '../../support/list-objects.ts';
import { sha256 } from '../../support/sha256.ts';
import { writeObject } from '../../support/write-object.ts';
import type { Services } from '../services.ts';
import type { Call } from './answer.ts';
import { type Findings, LineMender, linesInWords } from './mend-lines.ts';
import { filesOfInventory, headerPieceBytes, problemOfList, problemOfTable } from './problems-of-rows.ts';
import {
  malformed,
  missing,
  openRows,
  type Rows,
  type RowsLimits,
  rowTooLarge,
  tooMuch,
  UnreadableError,
  usualLimits,
} from './read-rows.ts';

export interface BrokenRows {
  /** What is wrong, in words for a person. */
  readonly cause?: string;
  readonly mended?: MendedRows;
  /** Large rows are missing in that, so that its batches are others than those of the original. */
  readonly isCutOtherwise?: boolean;
}

/** What a map fails with whose rows cannot be read; or handed on, where one is larger than the input of a state. */
const readerErrors: readonly string[] = ['States.ItemReaderFailed'];
const tooLarge = 'States.DataLimitExceeded';
const sizeErrors: readonly string[] = [tooLarge, 'States.ExceedToleratedFailureThreshold'];

/** Undefined where the rows are not what broke the map, or nothing more is known than what Step Functions said. */
export const brokenRows = async (
  call: Call<'mapFailed'>,
  at: MapAddress,
  scope: Scope,
  services: Services,
  limits: RowsLimits = usualLimits,
): Promise<BrokenRows | undefined> => {
  const { items, rows, error } = call;
  if (!rows || ![...readerErrors, ...sizeErrors].includes(error.Error)) return undefined;
  // The execution is of a definition from before there was `mend`: what Step Functions said stands, and a further one is of a newer.
  if (services.operator === 'settle' && !rows.unread) return undefined;
  const looksAtSizes = sizeErrors.includes(error.Error);
  const key = await services.ledger.resolver().resolve(items, scope);
  try {
    if (rows.unread) throw tooMuch(`s3://${rows.bucket}/${String(key)}`, 'takes more time or memory than there is');
    if (looksAtSizes && (rows.format !== 'jsonl' || rows.mended)) {
      if (error.Error === tooLarge) throw rowTooLarge(`s3://${rows.bucket}/${String(key)}`);
      return undefined;
    }
    if (typeof key !== 'string' || (key === '' && rows.under === undefined)) {
      const what = rows.under === 'prefix' ? 'the prefix of its files' : 'the key of its file';
      throw missing(what, `is ${JSON.stringify(key)}`);
    }
    const keys = rows.under === 'prefix' ? await keysUnder(rows, key, services, limits) : [key];
    if (rows.format === 'listing') return undefined;
    const read = openRows(rows.bucket, services, limits);
    if (rows.format === 'jsonl' && rows.mendIn !== undefined && !rows.mended) {
      // Batches are cut by their bytes too: what has begun was cut with the large rows in it, and must not be cut otherwise.
      const begun = await hasBegun(at, services);
      const line = { ...limits.line, ...(begun ? { rowBytes: Number.POSITIVE_INFINITY } : {}) };
      if (!(begun && looksAtSizes)) return await mend(call, rows.mendIn, keys, read, services, { ...limits, line });
    }
    const cause = await firstProblem(keys, limits, (each) => problemOf(rows.format, each, read, services));
    return cause === undefined ? undefined : { cause };
  } catch (thrown) {
    if (!(thrown instanceof UnreadableError)) throw thrown;
    const said = thrown.isUnknown ? `. Step Functions said: ${error.Cause ?? error.Error}` : '';
    return { cause: `${thrown.message}${said}` };
  }
};

/** The keys of the objects under a prefix; of those that are the rows themselves the first, for they could be listed. */
const keysUnder = async (
  { bucket, format }: RowsFacts,
  prefix: string,
  { aws }: Services,
  limits: RowsLimits,
): Promise<readonly string[]> => {
  const place = `s3://${bucket}/${prefix}`;
  const keys: string[] = [];
  let bytes = 0;
  try {
    for await (const object of listObjects(aws, bucket, prefix)) {
      if (object.bytes > 0) keys.push(object.key);
      if (format === 'listing') break;
      if (format !== 'csv') bytes += object.bytes; // of a table only the header is read
      if (keys.length > limits.objects) throw tooMuch(place, `has more than ${limits.objects} files`);
      if (bytes > limits.bytes) throw tooMuch(place, `has more than ${limits.bytes} bytes`);
    }
  } catch (thrown) {
    if (thrown instanceof AwsCallError && (thrown.status === 403 || thrown.status === 404))
      throw missing(place, `cannot be listed: ${thrown.code}`);
    throw thrown;
  }
  return keys;
};

/** Of the first of the files that has one. */
const firstProblem = async (
  keys: readonly string[],
  { atOnce }: RowsLimits,
  problemIn: (key: string) => Promise<string | undefined>,
): Promise<string | undefined> => {
  const found: (string | undefined)[] = [];
  await eachAtOnce(keys, atOnce, async (key, place) => {
    found[place] = await problemIn(key);
    return found[place] === undefined ? undefined : 'enough';
  });
  return found.find((problem) => problem !== undefined);
};

const problemOf = async (format: string, key: string, rows: Rows, services: Services): Promise<string | undefined> => {
  if (format === 'inventory') return problemOfInventory(key, rows, services);
  const problem =
    format === 'jsonl'
      ? linesInWords(await lookAt(rows.piecesOf(key), new LineMender(rows.limits.line)))
      : await (format === 'csv'
          ? problemOfTable(rows.piecesOf(key, { pieceBytes: headerPieceBytes }))
          : problemOfList(rows.piecesOf(key)));
  return problem === undefined ? undefined : malformed(rows.placeOf(key), problem).message;
};

const lookAt = async (pieces: AsyncIterable<Buffer>, mender: LineMender): Promise<Findings> => {
  for await (const piece of pieces) {
    mender.push(piece);
    if (mender.hasTooMany) return mender.findings;
  }
  mender.end();
  return mender.findings;
};

/**
 * Where something is wrong that a copy can do without, a copy. Of files in which something is, it is made as they are looked through; the
 * others are put beside them once it is known that they are wanted. Each is written once, under its place in the listing: a repeat finds it.
 */
const mend = async (
  { run, stage, rows }: Call<'mapFailed'>,
  bucket: string,
  keys: readonly string[],
  read: Rows,
  { aws }: Services,
  { line, atOnce, partBytes: bytesOfPart }: RowsLimits,
): Promise<BrokenRows | undefined> => {
  const isOne = rows?.under === undefined;
  // What was copied of other objects, by an earlier execution or before some came or went, must not be among them: copies are named by their places.
  const listing = isOne ? '' : `${sha256(keys.join('\n')).slice(0, 12)}/`;
  const folder = `${mendedRows(run.pipeline)}${run.id}/${stage}/${addressOf(run, stage).generation}/${listing}`;
  const nameOf = (place: number) => `${folder}${String(place).padStart(6, '0')}.jsonl`; // in the order that they are read in
  const may = { bad: line.mostBad };
  const parts = bytesOfPart ? { bytesOfPart } : {};
  const differing = new Set<number>();
  let isCutOtherwise = false;
  await eachAtOnce(keys, atOnce, async (key, place) => {
    const mender = new LineMender(line, isOne ? undefined : key, may);
    const copy = copyOf(read.piecesOf(key), mender, read.placeOf(key));
    await writeObject(aws, bucket, nameOf(place), copy, { areWanted: () => mender.findings.differs, ...parts });
    if (mender.findings.differs) differing.add(place);
    if (mender.findings.hasLarge) isCutOtherwise = true;
    return undefined;
  });
  if (differing.size === 0) return undefined;
  await eachAtOnce(keys, atOnce, async (key, place) => {
    if (!differing.has(place))
      await writeObject(aws, bucket, nameOf(place), read.piecesOf(key, { isAgain: true }), parts);
    return undefined;
  });
  return { mended: { bucket, key: isOne ? nameOf(0) : folder }, isCutOtherwise };
};

/** Throws UnreadableError where too many lines can be no row: a table, say, that was taken for JSON lines. */
async function* copyOf(pieces: AsyncIterable<Buffer>, mender: LineMender, place: string): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    const copy = mender.push(piece);
    if (mender.hasTooMany) throw malformed(place, linesInWords(mender.findings) ?? 'too many lines can be no row');
    yield* copy;
  }
  yield* mender.end();
}

/** Manifests are small. */
const longestManifest = 8_000_000;

/** Of its manifest, or of the first of its files that cannot be read. */
const problemOfInventory = async (key: string, rows: Rows, { aws }: Services): Promise<string | undefined> => {
  const place = rows.placeOf(key);
  let text = Buffer.alloc(0);
  for await (const piece of rows.piecesOf(key)) {
    text = Buffer.concat([text, piece]);
    if (text.length > longestManifest) throw tooMuch(place, `has more than ${longestManifest} bytes`);
  }
  const files = filesOfInventory(text);
  if ('problem' in files) return malformed(place, files.problem).message;
  return firstProblem(files.keys.slice(0, rows.limits.objects), rows.limits, async (file) => {
    const response = await aws.object('GET', files.bucket, file, { headers: { range: 'bytes=0-0' } });
    await response.body?.cancel();
    if (response.ok || response.status === 416) return undefined;
    const why = `which ${place} names, cannot be read: HTTP ${response.status}`;
    return missing(`s3://${files.bucket}/${file}`, why).message;
  });
};

/** Whether this execution of the run has worked on some of the rows. A batch that was opened again for it may still wait. */
const hasBegun = async (at: MapAddress, { ledger: { stages } }: Services): Promise<boolean> => {
  const { generation: own = 1 } = at;
  for await (const page of stages.batchPages(at))
    if (page.some(({ generation = 1, status }) => generation === own && status !== 'pending')) return true;
  return false;
};
