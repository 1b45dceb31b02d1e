import type { DayOfSource, Mover, Term } from '../trends/contracts.ts';

export interface Movers {
  /** The first day of the second half. */
  readonly middle: string;
  readonly risers: Mover[];
  readonly fallers: Mover[];
}

/** Standard errors that a change must reach to be worth a line. */
const notable = 2;
const dayMs = 86_400_000;

/** Terms whose share of all reviews changed between the halves of the period, the strongest change first. */
export const findMovers = (days: readonly DayOfSource[], terms: readonly Term[], shown: number): Movers => {
  const middle = middleOf(days.map(({ day }) => day));
  const all = halves(
    days.map(({ day, reviews }): [string, number] => [day, reviews]),
    middle,
  );
  const moved = terms
    .map((term): Mover => {
      const own = halves(Object.entries(term.perDay), middle);
      const before = all.before === 0 ? 0 : own.before / all.before;
      const after = all.after === 0 ? 0 : own.after / all.after;
      const { term: word, reviews } = term;
      return { term: word, reviews, before, after, z: standardErrors(own, all) };
    })
    .filter(({ z }) => Math.abs(z) >= notable)
    .toSorted((a, b) => Math.abs(b.z) - Math.abs(a.z));
  return {
    middle,
    risers: moved.filter(({ z }) => z > 0).slice(0, shown),
    fallers: moved.filter(({ z }) => z < 0).slice(0, shown),
  };
};

/** The day that starts the second half of the calendar between the first and the last day. */
const middleOf = (days: readonly string[]): string => {
  const sorted = days.toSorted();
  const from = Date.parse(sorted.at(0) ?? '');
  const to = Date.parse(sorted.at(-1) ?? '');
  return new Date(from + Math.ceil((to - from) / dayMs / 2) * dayMs).toISOString().slice(0, 10);
};

interface Halves {
  readonly before: number;
  readonly after: number;
}

const halves = (counts: readonly (readonly [string, number])[], middle: string): Halves => {
  const sum = (own: readonly (readonly [string, number])[]) => own.reduce((total, [, count]) => total + count, 0);
  return {
    before: sum(counts.filter(([day]) => day < middle)),
    after: sum(counts.filter(([day]) => day >= middle)),
  };
};

/** The z of a two-proportion test with a pooled share; 0 where a half is empty or every review has the term. */
const standardErrors = (own: Halves, all: Halves): number => {
  const pooled = (own.before + own.after) / (all.before + all.after);
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / all.before + 1 / all.after));
  if (!Number.isFinite(spread) || spread === 0) return 0;
  return Math.round(((own.after / all.after - own.before / all.before) / spread) * 100) / 100;
};
