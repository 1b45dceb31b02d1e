import { type Finding, found, missed, quoted } from './finding.ts';

const required = ['text', 'date', 'source'] as const;
const known: readonly string[] = [...required, 'label', 'note'];

export interface Column {
  readonly name: string;
  readonly index: number;
}

/** The columns of a header that a review has. Others are ignored. */
export const columnsIn = (header: readonly string[], file: string): Finding<readonly Column[]> => {
  const columns = header
    .map((name, index): Column => ({ name: name.trim().toLowerCase(), index }))
    .filter(({ name }) => known.includes(name));
  const missing = required.filter((name) => !columns.some((column) => column.name === name));
  if (missing.length === 0) return found(columns);
  return missed(
    `${file} has the columns ${header.map(quoted).join(', ') || 'none'}; expected text, date and source, ` +
      `but ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing. ` +
      'Fix: name the columns in the first line, separated by commas',
  );
};

/** The fields of a JSON object that a review has, by their lower-case names. */
export const fieldsOf = (object: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(object)
      .map(([name, value]): [string, unknown] => [name.trim().toLowerCase(), value])
      .filter(([name]) => known.includes(name)),
  );
