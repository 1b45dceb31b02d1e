// The regular expressions of filter patterns. AWS's have no groups, so each alternative is a row of letters, and all places where a line may be
// in it are followed at once: it takes the length of the line times that of the expression. JavaScript's own tries them one after the other,
// and of `%a*a*a*a*b%` that takes a power of the length.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
import { invalid } from './groups.ts';

const SUPPORTED = /^(?:[A-Za-z0-9:_#=@/;,^$?[\]{}|*+.-]|\\[:_#=@/;,^$?[\]{}|\\*+.dDsSwWtnrfv-]|\\x[0-9A-Fa-f]{2})+$/;
/** A letter, and how often it may be there: a sign, or at least, whether there is a most, and that. */
const LETTER = /(\\x..|\\.|\[(?:\\.|[^\]\\])*\]|[^\\[])(?:(?:([*+?])|\{(\d+)(,(\d*))?\})\??)?/g;
const MOST_LETTERS = 1_000; // repeated ones as often as they are

/** One letter of a line, or a place in it. `repeats` is of an optional one. */
interface Step {
  fits(code: number): boolean;
  readonly isOptional: boolean;
  readonly repeats: boolean;
  readonly place?: 'start' | 'end';
}

const PLACES: Readonly<Record<string, Step>> = {
  '^': { fits: () => false, isOptional: false, repeats: false, place: 'start' },
  $: { fits: () => false, isOptional: false, repeats: false, place: 'end' },
};

const letterTest = (atom: string): ((code: number) => boolean) => {
  const expression = new RegExp(`^${atom}$`);
  const known: boolean[] = [];
  return (code) => {
    known[code] ??= expression.test(String.fromCharCode(code));
    return known[code];
  };
};

/** How often, at least and at most. */
const timesOf = ([, , sign, least, comma, most]: RegExpExecArray): readonly [number, number] => {
  if (sign !== undefined) return [sign === '+' ? 1 : 0, sign === '?' ? 1 : Number.POSITIVE_INFINITY];
  if (least === undefined) return [1, 1];
  if (comma === undefined) return [Number(least), Number(least)];
  return [Number(least), most ? Number(most) : Number.POSITIVE_INFINITY];
};

const refuseMore = (letters: number): void => {
  if (letters > MOST_LETTERS)
    throw invalid(`Invalid filter pattern: a regular expression of more than ${MOST_LETTERS} letters`);
};

const stepsOf = (letter: RegExpExecArray): readonly Step[] => {
  const [text, atom = ''] = letter;
  const place = PLACES[text];
  if (place !== undefined) return [place];
  const [least, most] = timesOf(letter);
  const repeats = !Number.isFinite(most);
  refuseMore(repeats ? least : most);
  const fits = letterTest(atom);
  return [
    ...Array.from({ length: least }, () => ({ fits, isOptional: false, repeats: false })),
    ...Array.from({ length: repeats ? 1 : most - least }, () => ({ fits, isOptional: true, repeats })),
  ];
};

const alternativesOf = (source: string): readonly (readonly Step[])[] => {
  const all: Step[][] = [[]];
  for (const letter of source.matchAll(LETTER))
    if (letter[0] === '|') all.push([]);
    else all.at(-1)?.push(...stepsOf(letter));
  refuseMore(all.flat().length);
  return all;
};

const isIn = (steps: readonly Step[], text: string): boolean => {
  const end = steps.length;
  let here = new Uint8Array(end + 1);
  let next = new Uint8Array(end + 1);
  /** Before a step, and before those behind it that ask for no letter. */
  const enter = (reached: Uint8Array, first: number, at: number): void => {
    for (let step = first; ; step++) {
      reached[step] = 1;
      const { isOptional = false, place } = steps[step] ?? {};
      if (!isOptional && !(place === 'start' && at === 0) && !(place === 'end' && at === text.length)) return;
    }
  };
  for (let at = 0; ; at++) {
    enter(here, 0, at);
    if (here[end] === 1) return true;
    if (at === text.length) return false;
    const code = text.charCodeAt(at);
    next.fill(0);
    for (let index = 0; index < end; index++) {
      const step = here[index] === 1 ? steps[index] : undefined;
      if (step?.fits(code)) enter(next, step.repeats ? index : index + 1, at + 1);
    }
    [here, next] = [next, here];
  }
};

/** Whether a line holds what the regular expression between two percent signs says. Throws InvalidParameterException. */
export const regexTest = (source: string): ((line: string) => boolean) => {
  if (!SUPPORTED.test(source))
    throw invalid(`Invalid filter pattern: %${source}% has what no regular expression may have`);
  try {
    new RegExp(source);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(`Invalid filter pattern: ${error.message}`);
    throw error;
  }
  const alternatives = alternativesOf(source);
  return (line) => alternatives.some((alternative) => isIn(alternative, line));
};
