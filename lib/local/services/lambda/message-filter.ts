// Which messages of a queue a function is called with. Those that no pattern holds for are deleted, as on AWS.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
import { compileChecked, compilePattern, type Matcher, PatternError } from '../../event-pattern/index.ts';
import { isShape } from '../../field-reader.ts';
import { AwsError, type Shape } from '../../service.ts';
import { read } from './function-record.ts';

const MOST_FILTERS = 5;

const invalid = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);

const parsed = (text: unknown): unknown => {
  try {
    return JSON.parse(String(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** The patterns of `FilterCriteria`. Throws InvalidParameterValueException. */
export const patternsOf = (criteria: Shape): readonly string[] => {
  const patterns = read.shapes(criteria, 'Filters').map((filter) => read.text(filter, 'Pattern'));
  if (patterns.length > MOST_FILTERS) throw invalid(`FilterCriteria has more than ${MOST_FILTERS} filters.`);
  messageFilter(patterns, compileChecked);
  return patterns;
};

/** A test of the records of an event: any pattern is enough, and none wants all. A body that is a JSON object is looked into. */
export const messageFilter = (patterns: readonly string[], compile = compilePattern): ((record: Shape) => boolean) => {
  const matchers = patterns.map((pattern): Matcher => {
    const shape = parsed(pattern);
    try {
      if (isShape(shape)) return compile(shape);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
    }
    throw invalid('Invalid filter pattern definition.');
  });
  return (record) => {
    if (matchers.length === 0) return true;
    const body = parsed(record.body);
    const facts = isShape(body) ? { ...record, body } : record;
    return matchers.some((matches) => matches(facts));
  };
};
