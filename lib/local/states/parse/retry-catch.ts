// Retry and Catch of Task, Parallel and Map.
import { assignment, caughtOutput } from './data-flow.ts';
import type { Fields } from './fields.ts';
import type { Catcher, Retrier } from './machine.ts';

const DEFAULT_INTERVAL_SECONDS = 1;
const DEFAULT_ATTEMPTS = 3;
const DEFAULT_BACKOFF = 2;

const errors = (fields: Fields): string[] => {
  fields.require('ErrorEquals');
  if (!fields.has('ErrorEquals')) return [];
  const names = fields.texts('ErrorEquals');
  if (names.length === 0) fields.wrong('ErrorEquals', 'At least one error is expected');
  return names;
};

const RETRIER = ['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy'];

const retrier = (fields: Fields): Retrier => {
  fields.only(RETRIER);
  return {
    errors: errors(fields),
    intervalSeconds: fields.whole('IntervalSeconds', 1) ?? DEFAULT_INTERVAL_SECONDS,
    maxAttempts: fields.whole('MaxAttempts', 0) ?? DEFAULT_ATTEMPTS,
    backoffRate: fields.number('BackoffRate', 1) ?? DEFAULT_BACKOFF,
    maxDelaySeconds: fields.whole('MaxDelaySeconds', 1, 31_622_399),
    jitter: fields.word('JitterStrategy', 'NONE', 'FULL') === 'FULL',
  };
};

const catcher = (fields: Fields): Catcher => {
  fields.only(['ErrorEquals', 'Next', 'Assign', fields.language === 'JSONata' ? 'Output' : 'ResultPath']);
  fields.require('Next');
  return {
    errors: errors(fields),
    next: fields.text('Next') ?? '',
    output: caughtOutput(fields),
    assign: assignment(fields),
  };
};

// ASL: States.ALL stands alone and last.
const checkAll = (list: readonly Fields[], of: readonly { readonly errors: readonly string[] }[]): void => {
  for (const [index, { errors: names }] of of.entries()) {
    if (!names.includes('States.ALL')) continue;
    if (names.length > 1) list[index]?.wrong('ErrorEquals', 'States.ALL can only appear by itself');
    else if (index < of.length - 1) list[index]?.wrong('ErrorEquals', 'States.ALL can only appear in the last element');
  }
};

export const guards = (fields: Fields): { retry: readonly Retrier[]; catch: readonly Catcher[] } => {
  const retryFields = fields.objects('Retry');
  const catchFields = fields.objects('Catch');
  const retry = retryFields.map(retrier);
  const caught = catchFields.map(catcher);
  checkAll(retryFields, retry);
  checkAll(catchFields, caught);
  return { retry, catch: caught };
};
