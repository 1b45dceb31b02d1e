import { describe, expect, test } from '@jest/globals';
import { composeReport } from '../../../lib/pipelines/customer-intelligence/report/compose-report.ts';
import { type ComposeInput, reportModel } from '../../../lib/pipelines/customer-intelligence/report/contracts.ts';
import { escapeMarkdown } from '../../../lib/pipelines/customer-intelligence/report/escape-markdown.ts';
import { headlineOf } from '../../../lib/pipelines/customer-intelligence/report/headline.ts';
import { markup } from '../../../lib/pipelines/customer-intelligence/report/page/markup.ts';
import { renderPage } from '../../../lib/pipelines/customer-intelligence/report/page/render-page.ts';
import { renderMarkdown } from '../../../lib/pipelines/customer-intelligence/report/render-markdown.ts';

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
    mean: 0.5,
    quality: null,
  },
  trends: {
    run: 'trends-1',
    days: [{ day: '2026-01-05', source: attack, reviews: 1, mean: 0.5, positive: 1 }],
    from: '2026-01-05',
    to: '2026-01-05',
    ranking: { praised: [{ term: attack, reviews: 3, mean: 0.5, perDay: {} }], criticised: [], common: [] },
    middle: '2026-01-05',
    risers: [{ term: attack, reviews: 3, mean: 0.5, before: 0, after: 1, z: 3 }],
    fallers: [],
  },
};
const model = composeReport(input, { id: 'report-1', partition: attack });

test('the model keeps its own contract', () => {
  expect(reportModel.parse(model)).toEqual(model);
  expect(model.runs.map(({ run }) => run)).toEqual(['collect-1', 'sentiment-1', 'trends-1', 'report-1']);
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
