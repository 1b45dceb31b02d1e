import { invalid } from './groups.ts';

/**
 * AWS takes these alone. Without groups a line takes a power of its length at worst, of as many `*` and `+` as there are; AWS's takes its length.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
 */
const SUPPORTED = /^[A-Za-z0-9:_#=@/;,^$?[\]{}|\\*+.-]+$/;

/** It changes nothing, and would be tried from each place of a line to its end. */
const ANYTHING_BEFORE = /^(?:\.\*(?![?*+{]))+/;

/** The regular expression between two percent signs. Throws InvalidParameterException. */
export const regexOf = (source: string): RegExp => {
  if (!SUPPORTED.test(source))
    throw invalid(`Invalid filter pattern: %${source}% has what no regular expression may have`);
  try {
    return new RegExp(source.replace(ANYTHING_BEFORE, ''));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(`Invalid filter pattern: ${error.message}`);
    throw error;
  }
};
