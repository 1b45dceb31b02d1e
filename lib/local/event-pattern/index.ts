export { compileChecked } from './compile-checked.ts';
export { compilePattern, type Matcher } from './pattern.ts';
export { PatternError } from './pattern-error.ts';
