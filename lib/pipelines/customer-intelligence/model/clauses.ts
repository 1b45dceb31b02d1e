// A text as clauses of words: what a "not" or a "very" can reach ends where a clause ends.

export interface Word {
  readonly text: string;
  /** Written in capitals in a text that is not all capitals. */
  readonly shouted: boolean;
}

export interface Clause {
  readonly words: readonly Word[];
  /** Begins with "but" or its like: what the writer means in the end. */
  readonly contrast: boolean;
}

const token = /[a-z0-9]+(?:'[a-z]+)*(?:\/[0-9]+)?|[.,;:()!?]+/gi;
const contrasting = new Set(['but', 'however', 'though', 'although', 'yet', 'except', 'unfortunately']);

/** The clauses of a text, in order. A contrasting word stands first in its clause. */
export const clausesOf = (text: string): readonly Clause[] => {
  const tokens = text.replaceAll(/[\u2018\u2019`\u0096\u0092]/g, "'").match(token) ?? [];
  const allShouted = text === text.toUpperCase();
  const clauses: { words: Word[]; contrast: boolean }[] = [{ words: [], contrast: false }];
  for (const raw of tokens) {
    const word = raw.toLowerCase();
    const contrast = contrasting.has(word);
    if (contrast || !/[a-z0-9]/.test(word)) clauses.push({ words: [], contrast });
    if (!/[a-z0-9]/.test(word)) continue;
    clauses.at(-1)?.words.push({ text: word, shouted: !allShouted && raw.length > 2 && raw === raw.toUpperCase() });
  }
  return clauses.filter(({ words }) => words.length > 0);
};
