// Words that change the weight of the words after them.

/** Turn round what follows within a clause. */
export const negators: ReadonlySet<string> = new Set(
  `not no never nothing none nobody neither nor without hardly barely rarely lacks lacked lacking cannot cant dont
  doesnt didnt wont wouldnt isnt wasnt arent werent havent hasnt hadnt couldnt shouldnt aint non`.split(/\s+/),
);

export const isNegator = (word: string): boolean => negators.has(word) || word.endsWith("n't");

/** Factors for the weight of the word right after. */
export const intensifiers: Readonly<Record<string, number>> = {
  absolutely: 1.4,
  also: 1,
  at: 1,
  bit: 0.7,
  completely: 1.4,
  constantly: 1.2,
  especially: 1.2,
  exceptionally: 1.4,
  extremely: 1.5,
  fairly: 0.8,
  highly: 1.4,
  incredibly: 1.5,
  kinda: 0.7,
  most: 1.2,
  pretty: 1.1,
  quite: 1.1,
  rather: 0.9,
  really: 1.3,
  slightly: 0.6,
  so: 1.2,
  somewhat: 0.7,
  super: 1.3,
  too: 0.8,
  totally: 1.4,
  truly: 1.3,
  utterly: 1.5,
  very: 1.3,
};
