// The npm package `sentiment` has no types. These are the two parts of it that the lexicon model reads; its front door
// would pull a `require` with a computed path into the bundle.
declare module 'sentiment/languages/en/index.js' {
  const english: {
    /** AFINN-165: words from -5 (bad) to 5 (good). */
    readonly labels: Readonly<Record<string, number>>;
    readonly scoringStrategy: {
      /** A word's score, turned round after a negator. */
      apply(tokens: readonly string[], cursor: number, score: number): number;
    };
  };
  export = english;
}

declare module 'sentiment/lib/tokenize.js' {
  const tokenize: (text: string) => string[];
  export = tokenize;
}
