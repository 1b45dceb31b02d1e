// Words that AFINN lacks, or weighs for tweets rather than for reviews. Weights run from -5 to 5.
// Developed on the odd lines of the demo drop and on general knowledge of how people praise and complain; the even lines
// were only ever used to measure.

import english from 'sentiment/languages/en/index.js';

const listed: Readonly<Record<number, string>> = {
  4: `astonishing brilliance brilliant delicious divine excellent exquisite extraordinary flawless flawlessly heaven
    impeccable legendary masterful masterpiece mesmerising mesmerizing outstanding perfection phenomenal
    spellbinding sublime sublimely superb superlative unforgettable unforgettably`,
  3: `amaze authentic beautifully believable captivating charismatic charming comfortable comfortably crisp
    delightful delish excellently exceptional fantastic favorite favourite finest flavorful friendly gem generous
    genius genuine gorgeous handy happier heartwarming hilarious hooked impressed incredible juicy lovable loving
    memorable moist mouthwatering nicest pleasantly pleased polished reliable rocks scrumptious skilled sleek
    stellar stunning sturdy stylish succulent tasteful tasty terrific thrilled timely touching triumph triumphed
    versatile wonderful wonderfully yum yummy`,
  2: `affordable attentive balanced bargain clearly cleverly compelling convenient cool crafted crispy cute decent
    dignity durable easier easily easy eloquent eloquently engaging enjoyable entertaining fast flavor fresh fun
    functional funny gripping healthy helpful inexpensive intelligent interesting lightweight liked loud
    magical moving nicely original perfectly plenty poignant poignantly polite portable powerful priceless prompt
    properly quick quickly realistic reasonable reasonably recommend recommended refreshing resounding satisfied
    satisfying seasoned sharp simple smooth smoothly snug solid spotless strong suspenseful talented tender
    thoughtful tight treat underrated unique value warm well witty worked works worth`,
  1: `adorable clean clear cozy crystal fit fits flavors glad legit light like likes new real
    special sweet`,
  0: `alone attack blind capable charge crime cry cut dark dead death died drop fan fight fire forced free god gun
    hand hard help kill killed killer limited mad matter missing murder no pay pressure pretty prison
    share shot stop stopped stuck swear want war warning wish`,
  '-1': `average dry expected greasy instead loose lukewarm minutes ok okay quieter soggy standard thin
    unless`,
  '-2': `amateurish annoying bland breakage breaks broke broken cheap cheaply cheesy clich\u00e9d clunky cold contrived
    cracked crap crash crashed defective despised dirty disconnects disgraceful disliked dropped drops dull
    expensive failed fails fake fell flat flaw flaws flimsy forgettable frozen hair hollow hype ignored incoherent
    inconsistent joke lacking lacks lame leak leaky lifeless marred meh mess messy missed muddled mushy noisy
    overcooked overhyped overpriced plastic pointless predictable pricey refund replace replaced return returned
    returning ripped rubber rude salty scratchy sloppy slow sour stale static stereotypical sticky tasteless tough
    unbelievable uncomfortable undercooked underwhelming uneven unimpressed uninspired uninteresting unneeded
    unprepared unprofessional unsatisfactory unwelcome weak wooden worn worthless`,
  '-3': `abysmal atrocious avoid awful boring crappy disappoint disappointed disappointing disappointment disgusting
    embarrassing garbage gross hated horrible horrid inedible insult insulting junk lousy mediocre nasty
    nauseating pathetic poor poorly ridiculous ripoff rotten sick stupid sucked sucks terrible trash
    unacceptable unbearable unfunny unhappy unreliable unusable unwatchable useless vomit waste wasted wasting
    worse worst yuck`,
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
