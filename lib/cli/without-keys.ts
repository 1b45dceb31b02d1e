const ownOfTable: readonly string[] = ['pk', 'sk', 'runsPk', 'runsSk'];

/** A record less the table's own keys, which come with it. */
export const withoutKeys = (record: object): object =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !ownOfTable.includes(name)));
