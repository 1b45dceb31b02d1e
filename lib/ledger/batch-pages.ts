// The batches of a map, wherever their records are.
import type { BatchRecord } from '../records/index.ts';

type Pages = AsyncIterable<readonly BatchRecord[]>;

/** The batches under these partition keys, in the order of their numbers: as far as all keys have been read, page by page. */
export async function* inOrder(
  partitions: readonly string[],
  pagesOf: (pk: string) => Pages,
): AsyncGenerator<readonly BatchRecord[]> {
  const [only] = partitions;
  if (partitions.length === 1 && only !== undefined) return yield* pagesOf(only);
  const parts = partitions.map((pk) => ({
    pages: pagesOf(pk)[Symbol.asyncIterator](),
    read: [] as readonly BatchRecord[],
    ended: false,
  }));
  for (;;) {
    await Promise.all(
      parts.map(async (part) => {
        while (part.read.length === 0 && !part.ended) {
          const { value, done } = await part.pages.next();
          if (done === true) part.ended = true;
          else part.read = value;
        }
      }),
    );
    // What is not read yet of a key is behind the last that was.
    const known = Math.min(...parts.flatMap(({ read, ended }) => (ended ? [] : [read.at(-1)?.batch ?? 0])));
    const page = parts.flatMap((part) => {
      const ready = part.read.filter(({ batch }) => batch <= known);
      part.read = part.read.slice(ready.length);
      return ready;
    });
    if (page.length > 0) yield page.sort((one, other) => one.batch - other.batch);
    else if (parts.every(({ ended }) => ended)) return;
  }
}
