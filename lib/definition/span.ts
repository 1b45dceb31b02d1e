import { DefinitionError } from './diagnostic.ts';

/** A length of time: `'800ms'`, `'30s'`, `'5m'`, `'2h'`, `'1d'`. */
export type Span = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const unitSeconds = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** A span in seconds. Throws a RangeError on text that is not a span. */
export const seconds = (span: Span): number => {
  const match = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(span);
  if (!match)
    throw new RangeError(`'${span}' is not a span of time; expected a number and ms, s, m, h or d, such as '5m'`);
  return Number(match[1]) * unitSeconds[match[2] as keyof typeof unitSeconds];
};

/** A span in seconds. Throws HDL107 on text that is not a span; `at` and `option` are for its message. */
export const spanSeconds = (span: Span, at: string, option: string): number => {
  try {
    return seconds(span);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `${option} is ${JSON.stringify(span)}, which is no span of time`;
    const fix = "write a number and ms, s, m, h or d, such as '5m'";
    throw new DefinitionError([{ code: 'HDL107', severity: 'error', at, message, fix }]);
  }
};
