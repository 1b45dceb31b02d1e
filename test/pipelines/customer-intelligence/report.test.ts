import { describe, expect, test } from '@jest/globals';
import { composeReport } from '../../../lib/pipelines/customer-intelligence/report/compose-report.ts';
import { type ComposeInput, reportModel } from '../../../lib/pipelines/customer-intelligence/report/contracts.ts';
import { escapeMarkdown } from '../../../lib/pipelines/customer-intelligence/report/escape-markdown.ts';
import { headlineOf } from '../../../lib/pipelines/customer-intelligence/report/headline.ts';
import { moodByDay } from '../../../lib/pipelines/customer-intelligence/report/mood-by-day.ts';
import { markup } from '../../../lib/pipelines/customer-intelligence/report/page/markup.ts';
import { renderPage } from '../../../lib/pipelines/customer-intelligence/report/page/render-page.ts';
import { renderMarkdown } from '../../../lib/pipelines/customer-intelligence/report/render-markdown.ts';
import { rankTerms, weighTerms } from '../../../lib/pipelines/customer-intelligence/report/weigh-terms.ts';
import type { ScoredReview } from '../../../lib/pipelines/customer-intelligence/sentiment/contracts.ts';

const attack = `<script>alert("x")</script>' onload='y & *bold* [a](javascript:b)`;

/** One review of one source on one day, with a person's worst wherever a person's words can be. */
const input: ComposeInput = {
  collect: {
    run: 'collect-1',
    file: attack,
    notes: [attack],
    rows: 2,
    sources: [{ source: attack, reviews: 1, labelled: 0, from: '2026-01-05', to: '2026-01-05' }],
    rejected: [{ line: 2, why: `line 2: date is "${attack}"` }],
    rejectedCount: 60,
  },
  sentiment: {
    run: 'sentiment-1',
    scored: [
      {
        line: 1,
        text: attack,
        date: '2026-01-05',
        source: attack,
        score: 0.5,
        confidence: 0.5,
        verdict: 'positive',
        model: 'lexicon',
      },
    ],
    models: { lexicon: 1, careful: 0 },
    mean: 0.1,
    quality: null,
  },
  trends: {
    run: 'trends-1',
    from: '2026-01-05',
    to: '2026-01-05',
    terms: [{ term: attack, reviews: 3, perDay: {}, lines: [1, 7, 8] }],
    middle: '2026-01-05',
    risers: [{ term: attack, reviews: 3, before: 0, after: 1, z: 3 }],
    fallers: [{ term: 'unscored', reviews: 3, before: 1, after: 0, z: -3 }],
  },
};
const model = composeReport(input, { id: 'report-1', partition: attack });

test('the model keeps its own contract', () => {
  expect(reportModel.parse(model)).toEqual(model);
  expect(model.runs.map(({ run }) => run)).toEqual(['collect-1', 'sentiment-1', 'trends-1', 'report-1']);
});

test('what is talked about meets how it is felt: days and terms have the means of their scored reviews', () => {
  expect(model.days).toEqual([{ day: '2026-01-05', source: attack, reviews: 1, mean: 0.5, positive: 1 }]);
  expect(model.praised).toEqual([{ term: attack, reviews: 1, mean: 0.5 }]);
  expect([...model.risers, ...model.fallers].map(({ mean }) => mean)).toEqual([0.5, null]);
});

describe('days', () => {
  const scored = (line: number, score: number, date = '2026-01-05', source = 'shop'): ScoredReview => ({
    ...{ line, text: 'a', score, date, source },
    confidence: 1,
    verdict: score > 0 ? 'positive' : 'negative',
    model: 'lexicon',
  });

  test('have the mood of each source, in order', () => {
    expect(
      moodByDay([
        scored(1, 0.5, '2026-01-06'),
        scored(2, 0.5, '2026-01-05', 'web'),
        scored(3, -0.1, '2026-01-06'),
        scored(4, -0.2, '2026-01-06'),
      ]),
    ).toEqual([
      { day: '2026-01-05', source: 'web', reviews: 1, mean: 0.5, positive: 1 },
      { day: '2026-01-06', source: 'shop', reviews: 3, mean: 0.067, positive: 0.333 },
    ]);
  });

  test('and terms, that of the reviews that use them; one without any score is left out', () => {
    const term = (name: string, ...lines: number[]) => ({ term: name, reviews: lines.length, perDay: {}, lines });
    const terms = [term('camera', 1, 2, 4, 9), term('plug', 9)];
    expect(weighTerms(terms, [scored(1, 0.5), scored(2, 0.5), scored(3, -1), scored(4, 0.2)])).toEqual([
      { term: 'camera', reviews: 3, mean: 0.4 },
    ]);
  });
});

test('a ranking has what lies far from the usual mood, much-mentioned terms first', () => {
  const term = (name: string, reviews: number, mean: number) => ({ term: name, reviews, mean });
  const ranking = rankTerms(
    [
      term('battery', 100, 0.4),
      term('case', 4, 0.9),
      term('plug', 100, 0.1),
      term('price', 50, -0.5),
      term('tip', 9, -0.6),
    ],
    0.05,
    2,
  );
  expect(ranking.praised.map(({ term: name }) => name)).toEqual(['battery', 'case']);
  expect(ranking.criticised.map(({ term: name }) => name)).toEqual(['price', 'tip']);
});

describe('the page', () => {
  const page = renderPage(model);

  test("a person's words are text, never markup", () => {
    expect(page).not.toContain('<script');
    expect(page).not.toMatch(/<[^>]* onload=/);
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39; onload=&#39;y &amp; ');
  });

  test('it fetches nothing, and every drawing says what it shows', () => {
    expect(page).not.toMatch(/(?:src|href)=|url\(|@import/);
    const drawings = page.match(/<svg[^>]*>/g) ?? [];
    expect(drawings.length).toBeGreaterThan(2);
    for (const drawing of drawings) expect(drawing).toMatch(/aria-labelledby="|aria-hidden="true"/);
    for (const [, id] of page.matchAll(/aria-labelledby="([\w-]+) /g)) expect(page).toContain(`<title id="${id}">`);
  });

  test('what is missing is said', () => {
    expect(page).toContain('No review has a label, so nobody can say how often the models are right.');
    expect(page).toContain('60 rows of 2 in');
    expect(page).toContain('And 59 more: see the dead letters.');
    expect(page).toContain('No subject stands out.');
  });

  test('no number went missing on the way', () => {
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });
});

describe('markup', () => {
  test.each([
    ['text', markup`<b>${'a < b & "c"'}</b>`, '<b>a &lt; b &amp; &quot;c&quot;</b>'],
    ['markup within', markup`<p>${markup`<b>${'<'}</b>`}</p>`, '<p><b>&lt;</b></p>'],
    ['a list', markup`${['<', markup`<br>`, 3]}`, '&lt;<br>3'],
    ['an attribute', markup`<i title='${`it's`}'>`, "<i title='it&#39;s'>"],
    ['a control character', markup`${'a\u0085b'}`, 'a b'],
  ])('%s', (_, { text }, expected) => {
    expect(text).toBe(expected);
  });
});

describe('Markdown', () => {
  test("a person's words stay text, on their line", () => {
    const text = renderMarkdown(model);
    expect(text).not.toMatch(/(?<!\\)<script|(?<!\\)\[a(?<!\\)\]/);
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(text).toContain('2026-01-05 ████████████████████ 100% of 1');
  });

  test.each([
    ['a|b', 'a\\|b'],
    ['# no\nheading', '\\# no heading'],
    ['**x** `y`', '\\*\\*x\\*\\* \\`y\\`'],
  ])('%j', (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });
});

describe('the headline', () => {
  const terms = (...names: string[]) => names.map((term) => ({ term, reviews: 3, mean: 0 }));
  test.each([
    [
      { reviews: 3000, positive: 1473, praised: terms('price', 'staff', 'cast', 'art'), criticised: terms('plot') },
      '49% of 3,000 reviews are positive. People are happiest about “price”, “staff” and “cast”, and unhappiest about “plot”.',
    ],
    [{ reviews: 1, positive: 1, praised: [], criticised: [] }, '100% of 1 review is positive.'],
    [
      { reviews: 9, positive: 0, praised: [], criticised: terms('plot', 'cast') },
      '0% of 9 reviews are positive. People are unhappiest about “plot” and “cast”.',
    ],
  ])('%#', (facts, expected) => {
    expect(headlineOf(facts)).toBe(expected);
  });
});
