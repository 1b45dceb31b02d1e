/**
 * The singular of an English plural, if people use it: "movies" is "movie", but "vegas" stays, for nobody writes "vega".
 * A guessed stem would be shown to the reader.
 */
export const foldPlural = (word: string, vocabulary: ReadonlySet<string>): string => {
  if (!word.endsWith('s') || word.endsWith('ss')) return word;
  const stems = [word.slice(0, -1), word.replace(/ies$/, 'y'), word.replace(/es$/, '')];
  return stems.find((stem) => stem !== word && vocabulary.has(stem)) ?? word;
};
