/** `score` of `scoreRound2`: all rounds of a repetition share a function, and count as one stage where stages are added up. */
export const withoutRound = (stage: string): string => stage.replace(/(Round\d+)+$/, '');
