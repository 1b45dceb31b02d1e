// JSON (a list of objects) and JSON Lines (an object a line). A row that is no object is that row's problem alone.
import type { Row } from '../collect/contracts.ts';
import { fieldsOf } from './columns.ts';
import { type Finding, found, missed, quoted } from './finding.ts';

/** The items of a JSON list. Their `line` is their place in the list, from 1: JSON has no lines to speak of. */
export const readJson = (text: string, file: string): Finding<readonly Row[]> => {
  const parsed = parse(text);
  if (!parsed.ok) return missed(`${file} is not JSON: ${parsed.problem}. Fix: write a list of objects, [{"text": …}]`);
  if (!Array.isArray(parsed.value)) {
    return missed(`${file} holds ${quoted(parsed.value)}; expected a list of objects. Fix: put [ and ] around them`);
  }
  return found(parsed.value.map((item, index) => rowOf(item, index + 1)));
};

export const readJsonLines = (text: string): Finding<readonly Row[]> =>
  found(
    text.split(/\r\n?|\n/).flatMap((content, index): Row[] => {
      if (content.trim() === '') return [];
      const parsed = parse(content);
      if (parsed.ok) return [rowOf(parsed.value, index + 1)];
      return [{ line: index + 1, fields: {}, problem: `${quoted(content)} is not JSON (${parsed.problem})` }];
    }),
  );

const rowOf = (item: unknown, line: number): Row =>
  typeof item === 'object' && item !== null && !Array.isArray(item)
    ? { line, fields: fieldsOf(item) }
    : { line, fields: {}, problem: `${quoted(item)} is not an object; expected {"text": …, "date": …, "source": …}` };

const parse = (text: string): Finding<unknown> => {
  try {
    return found(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return missed(error.message);
  }
};
