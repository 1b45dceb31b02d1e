// What is wrong with the text of rows, in words, with its line; and JSON lines of which those that are none are marked.
import { gunzipSync } from 'node:zlib';
import type { MalformedRow } from '../../records/index.ts';

export interface LineProblem {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

const namedLines = 5;
const longestText = 2_000;

export const inWords = (problems: readonly LineProblem[]): string => {
  const [first] = problems;
  const lines = problems.slice(0, namedLines).map(({ line }) => line);
  const rest = problems.length - lines.length;
  const named =
    lines.length === 1 ? `line ${lines[0]} is` : `lines ${lines.join(', ')}${rest > 0 ? ` and ${rest} more` : ''} are`;
  return `${named} no JSON: ${first?.problem}`;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What is packed in a `.gz`, or what is wrong with it. */
export const unpacked = (bytes: Buffer, mostBytes: number): Buffer | { readonly problem: string } => {
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    return { problem: `it cannot be unpacked: ${messageOf(error)}` };
  }
};

/** A copy of JSON lines, in which those that are none are marked where they stood: so the others keep their numbers. */
export const markMalformed = (
  bytes: Buffer,
  object?: string,
): { readonly problems: readonly LineProblem[]; readonly copy: Buffer } => {
  const problems: LineProblem[] = [];
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
        const malformed = { line, problem, text: text.slice(0, longestText), ...(object ? { object } : {}) };
        const mark: MalformedRow = { 'heddle:malformed': malformed };
        parts.push(bytes.subarray(kept, start), Buffer.from(JSON.stringify(mark)));
        kept = end;
      }
    }
    start = end + 1;
  }
  return { problems, copy: Buffer.concat([...parts, bytes.subarray(kept)]) };
};

export const problemOfTable = (text: string): string | undefined => {
  const [header = ''] = text.split('\n', 1);
  const names: readonly string[] = header.trim().match(/"(?:[^"]|"")*"|[^,]+/g) ?? []; // a comma in quotes is part of a name
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (header.trim() === '') return 'it has no header line';
  return twice === undefined ? undefined : `its header on line 1 has ${JSON.stringify(twice)} twice`;
};

export const problemOfList = (text: string): string | undefined => {
  try {
    return Array.isArray(JSON.parse(text)) ? undefined : 'it is JSON, but no list';
  } catch (error) {
    return `line ${lineOfProblem(text)}: ${messageOf(error)}`;
  }
};

/** The bucket and the keys that an S3 inventory's manifest names, or what is wrong with it. */
export const filesOfInventory = (
  text: string,
): { readonly bucket: string; readonly keys: readonly string[] } | { readonly problem: string } => {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    return { problem: `line ${lineOfProblem(text)}: ${messageOf(error)}` };
  }
  const { fileSchema, destinationBucket, files } = (manifest ?? {}) as { readonly [field: string]: unknown }; // any JSON may be asked
  if (typeof fileSchema !== 'string' || typeof destinationBucket !== 'string' || !Array.isArray(files))
    return { problem: "it is not an inventory's manifest: it has no fileSchema, destinationBucket or files" };
  return {
    bucket: destinationBucket.replace(/^arn:aws[\w-]*:s3:::/, ''),
    keys: files.map((file: { readonly key?: unknown } | null) => String(file?.key)),
  };
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
