// What is wrong with rows that Step Functions could not read; and a copy of them that it can.
import type { Scope } from '../../ledger/index.ts';
import { type MalformedRow, type MendedRows, mendedRows } from '../../records/index.ts';
import type { Services } from '../services.ts';
import type { Call } from './answer.ts';

/**
 * HDL731: a map is over an object of S3, or a bucket, that is not there or may not be read. Fix: put it there, or correct the key; then
 * `heddle resume`. HDL732 is of one that is there and cannot be read.
 */
const missing = (place: string, why: string): string =>
  `HDL731 ${place} ${why}. Fix: put it there, or correct what gives its key; then heddle resume`;

/**
 * HDL732: the object that a map is over is not what its format says: lines that are no JSON, no JSON list, a header of a table in which
 * a name is there twice. Fix: correct those lines, then `heddle resume`. Of a file of JSON lines up to 64 MB only the lines named fail.
 */
const malformed = (place: string, problem: string): string =>
  `HDL732 ${place}: ${problem}. Fix: correct it, then heddle resume`;

/** Larger objects are not read into memory here: lines are parsed one by one, a list is as a whole, which takes many times its size. */
const mostBytes = { jsonl: 64_000_000, whole: 8_000_000 } as const;
const namedLines = 5;
const longestText = 2_000;

export interface BrokenRows {
  /** What is wrong, in words for a person. */
  readonly cause?: string;
  readonly mended?: MendedRows;
}

/** Undefined where the rows are not what broke the map, or nothing more is known than what Step Functions said. */
export const brokenRows = async (
  { run, stage, items, rows, error }: Call<'mapFailed'>,
  scope: Scope,
  { ledger, aws }: Services,
): Promise<BrokenRows | undefined> => {
  if (!rows || error.Error !== 'States.ItemReaderFailed' || rows.under) return undefined;
  const key = await ledger.resolver().resolve(items, scope);
  if (typeof key !== 'string' || key === '')
    return { cause: missing(`the key of its file`, `is ${JSON.stringify(key)}`) };
  const place = `s3://${rows.bucket}/${key}`;
  const response = await aws.object('GET', rows.bucket, key);
  if (!response.ok) {
    await response.body?.cancel();
    // Without the right to list a bucket, S3 says 403 of an object that is not there.
    return { cause: missing(place, `cannot be read: HTTP ${response.status}`) };
  }
  const most = rows.format === 'jsonl' ? mostBytes.jsonl : mostBytes.whole;
  if (Number(response.headers.get('content-length') ?? 0) > most || key.endsWith('.gz')) {
    await response.body?.cancel();
    return { cause: malformed(place, `Step Functions cannot read it as ${rows.format}: ${error.Cause ?? ''}`) };
  }
  const bytes = Buffer.from(await response.arrayBuffer());
  if (rows.format === 'jsonl') {
    const { problems, copy } = markMalformed(bytes);
    const [first] = problems;
    if (!first) return undefined;
    const cause = malformed(place, inWords(problems));
    if (rows.mendIn === undefined || rows.mended || (await hasBegun(scope, stage, ledger))) return { cause };
    const copyKey = `${mendedRows(run.pipeline)}${run.id}/${stage}.jsonl`;
    const stored = await aws.object('PUT', rows.mendIn, copyKey, { body: new Uint8Array(copy) });
    await stored.body?.cancel();
    return stored.ok ? { cause, mended: { bucket: rows.mendIn, key: copyKey } } : { cause };
  }
  const problem = rows.format === 'csv' ? problemOfTable(bytes.toString()) : problemOfList(bytes.toString());
  return problem === undefined ? undefined : { cause: malformed(place, problem) };
};

interface Problem {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

const inWords = (problems: readonly Problem[]): string => {
  const [first] = problems;
  const lines = problems.slice(0, namedLines).map(({ line }) => line);
  const rest = problems.length - lines.length;
  const named =
    lines.length === 1 ? `line ${lines[0]} is` : `lines ${lines.join(', ')}${rest > 0 ? ` and ${rest} more` : ''} are`;
  return `${named} no JSON: ${first?.problem}`;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A copy of JSON lines, in which those that are none are marked where they stood: so the others keep their numbers. */
const markMalformed = (bytes: Buffer): { readonly problems: readonly Problem[]; readonly copy: Buffer } => {
  const problems: Problem[] = [];
  const parts: Buffer[] = [];
  let kept = 0;
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    line += 1;
    const text = bytes.toString('utf8', start, end);
    if (text.trim() !== '') {
      try {
        JSON.parse(text);
      } catch (error) {
        const problem = messageOf(error);
        problems.push({ line, problem });
        const mark: MalformedRow = { 'heddle:malformed': { line, problem, text: text.slice(0, longestText) } };
        parts.push(bytes.subarray(kept, start), Buffer.from(JSON.stringify(mark)));
        kept = end;
      }
    }
    start = end + 1;
  }
  return { problems, copy: Buffer.concat([...parts, bytes.subarray(kept)]) };
};

/** Rows of another cut of the file must not be counted beside these. */
const hasBegun = async ({ pipeline, run }: Scope, stage: string, { stages }: Services['ledger']): Promise<boolean> => {
  for await (const page of stages.batchPages({ pipeline, run, stage })) if (page.length > 0) return true;
  return false;
};

const problemOfTable = (text: string): string | undefined => {
  const [header = ''] = text.split('\n', 1);
  const names: readonly string[] = header.trim().match(/"(?:[^"]|"")*"|[^,]+/g) ?? []; // a comma in quotes is part of a name
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (header.trim() === '') return 'it has no header line';
  return twice === undefined ? undefined : `its header on line 1 has ${JSON.stringify(twice)} twice`;
};

const problemOfList = (text: string): string | undefined => {
  try {
    return Array.isArray(JSON.parse(text)) ? undefined : 'it is JSON, but no list';
  } catch (error) {
    return `line ${lineOfProblem(text)}: ${messageOf(error)}`;
  }
};

/** JSON.parse does not always say where: the shortest part that more text could not mend ends there. */
const lineOfProblem = (text: string): number => {
  let fine = 0;
  let bad = text.length;
  while (bad - fine > 1) {
    const middle = Math.floor((fine + bad) / 2);
    if (isMendable(text.slice(0, middle))) fine = middle;
    else bad = middle;
  }
  return text.slice(0, bad).split('\n').length;
};

const isMendable = (start: string): boolean => {
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const message = messageOf(error);
    return /end of JSON|Unterminated/.test(message) || message.includes(`position ${start.length}`);
  }
};
