// CSV as an ItemReader reads it: RFC 4180 quoting, a delimiter of choice, every cell a string.

export const DELIMITERS: Readonly<Record<string, string>> = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

/** Rows of cells. An empty last line is no row; a line of spaces is. */
export const parseCsv = (text: string, delimiter: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    rows.push(row);
    row = [];
    cell = '';
  };
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === delimiter) {
      row.push(cell);
      cell = '';
    } else if (character === '\n') endRow();
    else if (character !== '\r' || text[at + 1] !== '\n') cell += character;
  }
  if (cell !== '' || row.length > 0) endRow();
  return rows.filter((cells) => cells.length > 1 || cells[0] !== '');
};

/** Rows as objects: missing cells are empty, surplus cells are dropped. */
export const toObjects = (headers: readonly string[], rows: readonly (readonly string[])[]): Record<string, string>[] =>
  rows.map((cells) => Object.fromEntries(headers.map((header, index) => [header, cells[index] ?? ''])));
