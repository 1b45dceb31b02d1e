export { compilePattern, type Matcher } from './pattern.ts';
export { PatternError } from './pattern-error.ts';
