// What AWS refuses of a pattern that could be matched all the same. It is asked where a pattern is put, not where it is read: one that was stored
// before that was asked goes on as it did.
import { isShape } from '../field-reader.ts';
import type { Shape } from '../service.ts';
import { compilePattern, type Matcher } from './pattern.ts';
import { PatternError } from './pattern-error.ts';

/** One comparison, or a range of what is below and what is above. */
const checkRange = ([below, bottom, above, top, ...more]: readonly unknown[]): void => {
  if (above === undefined) return;
  const isRange = String(below).startsWith('>') && String(above).startsWith('<');
  if (!isRange || more.length > 0) throw new PatternError('Too many elements in numeric expression');
  if (Number(bottom) >= Number(top)) throw new PatternError('Bottom must be less than top');
};

/** Texts or numbers, not both. */
const checkExcluded = (operand: unknown): void => {
  if (isShape(operand)) return;
  const kinds = new Set((Array.isArray(operand) ? operand : [operand]).map((value) => typeof value));
  if (![...kinds].every((kind) => kind === 'string' || kind === 'number'))
    throw new PatternError('Value of anything-but must be an array or single string/number value.');
  if (kinds.size > 1)
    throw new PatternError(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
};

const checkElement = (element: unknown): void => {
  if (!isShape(element)) return;
  if ('anything-but' in element) checkExcluded(element['anything-but']);
  if (Array.isArray(element.numeric)) checkRange(element.numeric);
};

const checkFields = (pattern: Shape): void => {
  for (const [field, wanted] of Object.entries(pattern)) {
    if (isShape(wanted)) checkFields(wanted);
    else if (Array.isArray(wanted))
      for (const each of wanted) {
        if (field === '$or' && isShape(each)) checkFields(each);
        else checkElement(each);
      }
  }
};

/** As `compilePattern`, of a pattern that is put. Throws PatternError for what AWS refuses. */
export const compileChecked = (pattern: Shape): Matcher => {
  const matches = compilePattern(pattern);
  checkFields(pattern);
  return matches;
};
