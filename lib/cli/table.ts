/** Rows as aligned columns under their headings. Columns that hold only numbers are set to the right. */
export const table = (headings: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = headings.map((heading, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), heading.length),
  );
  const numeric = headings.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[$~]*[\d,.]+( s| ms)?$|^–?$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(headings), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)];
};

/** Lines that are no wider than this: a terminal would wrap the rest. */
export const cutTo = (width: number, lines: readonly string[]): readonly string[] =>
  lines.map((line) => (line.length <= width ? line : `${line.slice(0, width - 1)}…`));
