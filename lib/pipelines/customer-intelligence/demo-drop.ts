// The demo's input: the labelled review sentences that the npm package `sentiment` ships to test itself. Node only.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

interface Sentence {
  readonly text: string;
  /** 1 is positive, 0 negative; null at the end of each file, where the text is empty too. */
  readonly class: 0 | 1 | null;
}

const sources = ['amazon', 'imdb', 'yelp'] as const;
const firstDay = Date.UTC(2026, 0, 5);
const days = 28;

const note =
  'The sample has no dates: its sentences were given dates by row number, each source spread evenly over 28 days. ' +
  'What rises and falls is the order of the sentences in the sample, not time.';

/**
 * 3,003 rows of JSON Lines: text, date, source, label, note. The last row of each of the three sources is empty in the
 * package, and stays so here: the demo's three dead letters. The same text every time.
 */
export const demoDrop = (): string => `${sources.flatMap(rowsOf).join('\n')}\n`;

export interface DemoDay {
  readonly day: string;
  readonly source: string;
  readonly text: string;
}

/**
 * The same rows by day and source. A file begins with an empty line where its first row has an even line in the whole, so that
 * even lines stay even: no model was developed on them.
 */
export const demoDays = (): readonly DemoDay[] => {
  let line = 1;
  return sources.flatMap((source) => {
    const byDay = new Map<string, string[]>();
    for (const row of rowsOf(source)) {
      const { date } = JSON.parse(row) as { readonly date: string };
      const rows = byDay.get(date) ?? (line % 2 === 0 ? [''] : []);
      byDay.set(date, [...rows, row]);
      line += 1;
    }
    return [...byDay].map(([day, rows]) => ({ day, source, text: `${rows.join('\n')}\n` }));
  });
};

const rowsOf = (source: (typeof sources)[number]): string[] => {
  const sentences = sentencesOf(source);
  return sentences.map(({ text, class: verdict }, index) =>
    JSON.stringify({
      text,
      date: dayOf(index, sentences.length),
      source,
      ...(verdict === null ? {} : { label: verdict === 1 ? 'positive' : 'negative' }),
      note,
    }),
  );
};

const dayOf = (index: number, rows: number): string =>
  new Date(firstDay + Math.floor((index * days) / rows) * 86_400_000).toISOString().slice(0, 10);

const sentencesOf = (source: string): readonly Sentence[] => {
  const main = createRequire(import.meta.url).resolve('sentiment');
  const file = join(dirname(main), '..', 'test', 'fixtures', `${source}.json`);
  // The package is pinned: its fixtures do not change under us.
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Sentence[];
};
