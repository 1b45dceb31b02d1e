import { describe, expect, test } from '@jest/globals';
import { demoDrop } from '../../../lib/pipelines/customer-intelligence/demo-drop.ts';
import { judgeCarefully } from '../../../lib/pipelines/customer-intelligence/model/careful.ts';
import { verdictOf } from '../../../lib/pipelines/customer-intelligence/model/judgement.ts';
import { judgeByLexicon } from '../../../lib/pipelines/customer-intelligence/model/lexicon.ts';
import { mergeScores } from '../../../lib/pipelines/customer-intelligence/model/merge-scores.ts';
import { qualityOf } from '../../../lib/pipelines/customer-intelligence/model/quality.ts';
import { weighRating } from '../../../lib/pipelines/customer-intelligence/model/rating.ts';
import { unsureOf } from '../../../lib/pipelines/customer-intelligence/model/route.ts';
import { checkRow } from '../../../lib/pipelines/customer-intelligence/reading/check-row.ts';
import { readDrop } from '../../../lib/pipelines/customer-intelligence/reading/read-drop.ts';

describe('the lexicon', () => {
  test.each([
    ['A good phone.', { score: 0.612, confidence: 0.612 }],
    ['Not good.', { score: -0.612, confidence: 0.612 }],
    ['Good case, bad cable.', { score: 0, confidence: 0 }],
    ['It has a plug.', { score: 0, confidence: 0 }],
    ['constructor hasOwnProperty', { score: 0, confidence: 0 }],
  ])('%s', (text, judgement) => {
    expect(judgeByLexicon(text)).toEqual(judgement);
  });
});

describe('the careful model reads what the lexicon cannot', () => {
  test.each([
    ['a negation further on', 'It was not a very good film.', 'negative'],
    ['a negation that ends with its clause', 'No doubt, it is great.', 'positive'],
    ['a turn', 'The plot is good, but the acting is terrible.', 'negative'],
    ['the other turn', 'The acting is terrible, but the music is wonderful.', 'positive'],
    ['a phrase', 'What a waste of an evening.', 'negative'],
    ['a phrase turned round', 'I do not think we will go back.', 'negative'],
    ['a negation that finds nothing', 'They had no napkins.', 'negative'],
    ['a phrase that negates a fault', 'I had no problems with it.', 'positive'],
    ['silence', 'It arrived on Tuesday.', 'negative'],
    ['nothing at all', '...', 'negative'],
  ])('%s: %s', (_, text, verdict) => {
    expect(verdictOf(judgeCarefully(text).score)).toBe(verdict);
  });

  test.each([
    ['an intensifier', 'a good film', 'a very good film'],
    ['an exclamation', 'a good film', 'a good film!'],
    ['capitals', 'a good film', 'a GOOD film'],
  ])('%s strengthens', (_, plain, strong) => {
    expect(judgeCarefully(strong).score).toBeGreaterThan(judgeCarefully(plain).score);
  });
});

describe('a rating in the text', () => {
  test.each([
    ['I give it 10 out of 10.', 4],
    ['2/5', -0.8],
    ['7.5/10!', 2],
    ['On 12/10 it came, 3/5/2026 it broke', 0],
    ['24/7', 0],
    ['11 out of 10', 0],
  ])('%s', (text, weight) => {
    expect(weighRating(text)).toBeCloseTo(weight);
  });
});

const review = (line: number, text: string) => ({ line, text, date: '2026-01-05', source: 'shop' });

test('only the unsure go to the second model, whose score then counts; one that was never scored waits among the dead letters', () => {
  const reviews = [review(1, 'sure'), review(2, 'unsure'), review(3, 'never scored')];
  const first = [
    { line: 1, score: 0.6, confidence: 0.5 },
    { line: 2, score: 0.6, confidence: 0.49 },
  ];
  expect(unsureOf(reviews, first).map(({ line }) => line)).toEqual([2]);
  expect(mergeScores(reviews, first, [{ line: 2, score: -0.2, confidence: 0.2 }])).toEqual([
    { ...review(1, 'sure'), score: 0.6, confidence: 0.5, verdict: 'positive', model: 'lexicon' },
    { ...review(2, 'unsure'), score: -0.2, confidence: 0.2, verdict: 'negative', model: 'careful' },
  ]);
});

test('quality counts an undecided review as wrong, and even lines apart', () => {
  const scored = mergeScores(
    [
      { ...review(1, 'a'), label: 'positive' },
      { ...review(2, 'b'), label: 'positive' },
      { ...review(4, 'c'), label: 'negative' },
      review(6, 'no label'),
    ],
    [1, 2, 4, 6].map((line) => ({ line, score: line === 2 ? 0 : 0.5, confidence: 0.5 })),
    [{ line: 4, score: -0.5, confidence: 0.5 }],
  );
  const first = [1, 2, 4].map((line) => ({ line, score: line === 2 ? 0 : 0.5, confidence: 0.5 }));
  expect(qualityOf(scored, first)).toEqual({
    all: { labelled: 3, right: 2, undecided: 1, accuracy: 0.6667 },
    evenLines: { labelled: 2, right: 1, undecided: 1, accuracy: 0.5 },
    evenLinesLexiconAlone: { labelled: 2, right: 0, undecided: 1, accuracy: 0 },
    byModel: {
      lexicon: { labelled: 2, right: 1, undecided: 1, accuracy: 0.5 },
      careful: { labelled: 1, right: 1, undecided: 0, accuracy: 1 },
    },
    confusion: {
      positive: { positive: 1, negative: 0, undecided: 1 },
      negative: { positive: 0, negative: 1, undecided: 0 },
    },
  });
  expect(qualityOf([], [])).toBeNull();
});

test('on the demo drop routing to the second model beats the first alone by far, on lines it was not developed on', () => {
  const drop = readDrop('demo.jsonl', demoDrop());
  if (!drop.ok) throw new Error(drop.problem);
  const checked = drop.value.rows.map(checkRow);
  const reviews = checked.flatMap((one) => (one.ok ? [one.value] : []));
  expect(checked.filter(({ ok }) => !ok)).toEqual(
    [1001, 2002, 3003].map((line) => ({
      ok: false,
      problem: `line ${line}: text is empty; expected the words of the review`,
    })),
  );
  const first = reviews.map(({ line, text }) => ({ line, ...judgeByLexicon(text) }));
  const second = unsureOf(reviews, first).map(({ line, text }) => ({ line, ...judgeCarefully(text) }));
  const quality = qualityOf(mergeScores(reviews, first, second), first);
  expect(quality).toMatchObject({ all: { labelled: 3000 }, evenLines: { labelled: 1500 } });
  expect(quality?.evenLines.accuracy).toBeGreaterThan(0.87);
  expect(quality?.evenLinesLexiconAlone.accuracy).toBeLessThan(0.7);
});
