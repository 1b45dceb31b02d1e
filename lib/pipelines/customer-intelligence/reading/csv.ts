// CSV as RFC 4180 has it, forgiving a stray quote and rows of the wrong width.
import { CsvError, parse } from 'csv-parse/sync';
import type { Row } from '../collect/contracts.ts';
import { columnsIn } from './columns.ts';
import { type Finding, found, missed } from './finding.ts';

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** Rows by the header's names, whatever their case and order. Line numbers are where a record begins. */
export const readCsv = (text: string, file: string): Finding<readonly Row[]> => {
  const parsed = records(text, file);
  if (!parsed.ok) return parsed;
  const [header, ...rest] = parsed.value;
  const columns = columnsIn(header?.record ?? [], file);
  if (!columns.ok) return columns;
  const width = header?.record.length ?? 0;
  return found(
    rest.map(({ record, info }): Row => {
      const fields = Object.fromEntries(columns.value.map(({ name, index }) => [name, record[index]]));
      const line = info.lines - newlines(record);
      if (record.length === width) return { line, fields };
      return { line, fields, problem: `there are ${record.length} columns; expected ${width}, as in the header` };
    }),
  );
};

const records = (text: string, file: string): Finding<readonly Parsed[]> => {
  try {
    // The parser counts CR LF inside quotes as two lines, so the line numbers need bare LF.
    const lines = text.replaceAll(/\r\n?/g, '\n');
    const options = { bom: true, info: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true };
    // With `info` the parser wraps every record; its types do not say so.
    return found(parse(lines, options) as unknown as readonly Parsed[]);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return missed(`${file} is not CSV: ${error.message}. Fix: close the quote, and write quotes inside a field twice`);
  }
};

const newlines = (record: readonly string[]): number => record.join('').split('\n').length - 1;
