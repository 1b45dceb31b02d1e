// Words that AFINN lacks, or weighs for tweets rather than for reviews. Weights run from -5 to 5.
// Developed on the odd lines of the demo drop and on general knowledge of how people praise and complain; the even lines
// were only ever used to measure.

import english from 'sentiment/languages/en/index.js';

const listed: Readonly<Record<number, string>> = {
  4: `delicious excellent flawless flawlessly perfection phenomenal outstanding superb masterpiece masterful unforgettable
    heaven exquisite brilliant brilliance impeccable must-see`,
  3: `authentic beautifully captivating charming comfortable comfortably crisp delightful delish excellently favorite
    favourite flavorful fantastic finest friendly gem generous genius gorgeous handy happier heartwarming hilarious
    impressed incredible juicy lovable loving memorable moist mouthwatering pleased pleasantly reliable scrumptious
    sleek stellar sturdy succulent tasty terrific thrilled timely touching wonderful wonderfully yummy yum versatile`,
  2: `affordable attentive balanced bargain clearly cleverly compelling convenient cool crispy cute decent durable easily
    easy engaging entertaining enjoyable fast flavor fresh fun funny gripping healthy helpful inexpensive intelligent
    interesting lightweight liked loud love-able nicely original perfectly plenty poignant polite portable powerful
    priceless prompt properly quick quickly realistic reasonable reasonably recommend recommended refreshing satisfied
    satisfying seasoned simple smooth smoothly snug solid spotless strong suspenseful talented tender thoughtful tight
    underrated unique value warm well well-made witty works worked worth`,
  1: `adorable best-ever clean clear cozy crystal fits fit flavors glad legit light like likes long-lasting new real
    special sweet`,
  0: `alone attack blind capable charge crime cry cut dark dead death died drop fight fire forced free god gun hand hard
    help kill killed killer like matter mad missing murder no pay pretty prison problem-free share shot stop stopped
    stuck swear want war warning wish pressure limited fan`,
  '-1': `ambience-less average dry expected greasy instead loose lukewarm minutes ok okay quieter soggy standard thin
    unless`,
  '-2': `amateurish annoying bland broke broken cheap cheaply cheesy clunky cold cracked crap crash crashed disconnects
    defective died dropped drops dull expensive failed fails fell flat flimsy forgettable frozen hair hollow inconsistent
    lame leak leaky messy mess missed muddled noisy overcooked overhyped overpriced plastic pointless predictable pricey
    refund replace replaced returned returning rubber ripped salty scratchy slow sloppy sour stale static sticky tasteless
    tough uncomfortable undercooked uneven uninteresting unwelcome weak wooden worn worthless return mushy dirty rude
    stereotypical clich\u00e9d fake ignored unprofessional unbelievable lacking lacks flaw flaws unsatisfactory
    disgraceful contrived unimpressed uninspired meh hype`,
  '-3': `abysmal atrocious avoid awful boring disappointed disappoint disappointing disappointment disgusting embarrassing
    garbage gross horrible hated horrid inedible insulting insult junk mediocre nasty nauseating pathetic poor poorly
    ridiculous rip-off ripoff rotten stupid sucked sucks terrible trash unacceptable unbearable unreliable unusable
    useless vomit waste wasted wasting worse worst yuck unwatchable unfunny unhappy sick crappy lousy`,
};

/** Weights by word; what is not here has AFINN's. Zero takes a word out. */
const words: ReadonlyMap<string, number> = new Map(
  Object.entries(listed).flatMap(([weight, text]) =>
    text.split(/\s+/).map((word): [string, number] => [word, Number(weight)]),
  ),
);

/** A lower-case word's weight from -5 (bad) to 5 (good); 0 for a word that says nothing by itself. */
export const weightOf = (word: string): number =>
  words.get(word) ?? (Object.hasOwn(english.labels, word) ? (english.labels[word] ?? 0) : 0);
