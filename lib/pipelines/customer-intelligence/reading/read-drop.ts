import type { Row } from '../collect/contracts.ts';
import { readCsv } from './csv.ts';
import { type Finding, found, missed } from './finding.ts';
import { readJson, readJsonLines } from './json.ts';

export interface Drop {
  /** The object's name, without the folders of its key. */
  readonly file: string;
  readonly rows: readonly Row[];
  /** What the rows' `note` fields say about the data, each once, for the report. */
  readonly notes: readonly string[];
}

/** Reads a dropped file by the ending of its key: `.csv`, `.json` or `.jsonl`. */
export const readDrop = (key: string, text: string): Finding<Drop> => {
  const file = key.slice(key.lastIndexOf('/') + 1);
  const rows = rowsIn(file, text.replace(/^\uFEFF/, ''));
  if (!rows.ok) return rows;
  if (rows.value.length === 0) return missed(`${file} has no rows; expected one review or more. Fix: add some`);
  return found({ file, rows: rows.value, notes: notesIn(rows.value) });
};

const rowsIn = (file: string, text: string): Finding<readonly Row[]> => {
  const ending = /\.([^.]+)$/.exec(file)?.[1]?.toLowerCase();
  switch (ending) {
    case 'csv':
      return readCsv(text, file);
    case 'json':
      return readJson(text, file);
    case 'jsonl':
      return readJsonLines(text);
    default:
      return missed(
        `${file} ends in ${ending ? `.${ending}` : 'nothing known'}; expected .csv, .json or .jsonl. Fix: rename or convert it`,
      );
  }
};

const notesIn = (rows: readonly Row[]): readonly string[] =>
  [
    ...new Set(rows.map(({ fields }) => fields.note).filter((note) => typeof note === 'string' && note !== '')),
  ] as readonly string[];
