// Contracts at run time: what goes in and what comes out is parsed by the stage's schemas.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ContractError } from '../support/run-errors.ts';

const mostIssues = 5;

const pathOf = (issue: StandardSchemaV1.Issue): string =>
  (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');

/**
 * The value as the schema parses it. Throws ContractError: HDL301 for input, HDL302 for output, naming the fields.
 * HDL301: what a stage was given breaks its input contract. It is permanent: no retry, a dead letter at once. Fix:
 * correct what gives the value, or widen the contract, then replay the dead letter.
 * HDL302: what a handler returned breaks its output contract. Also permanent. Fix: correct the handler, or the contract,
 * then replay the dead letter.
 */
export const parse = async <S extends StandardSchemaV1>(
  schema: S,
  value: unknown,
  side: 'input' | 'output',
): Promise<StandardSchemaV1.InferOutput<S>> => {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  const code = side === 'input' ? 'HDL301' : 'HDL302';
  const said = result.issues
    .slice(0, mostIssues)
    .map((issue) => [pathOf(issue), issue.message].filter(Boolean).join(': '));
  const more = result.issues.length > mostIssues ? [`and ${result.issues.length - mostIssues} more`] : [];
  throw new ContractError(`${code} ${side} breaks the contract: ${[...said, ...more].join('; ')}`);
};
