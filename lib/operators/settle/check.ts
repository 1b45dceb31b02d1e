// A claim about data, worked out over the values in the ledger.
import { addressOf, UnavailableError } from '../../ledger/index.ts';
import {
  type Binding,
  type Comparison,
  type Condition,
  controlOf,
  holds,
  type Json,
  needsOf,
  operandsOf,
} from '../../records/index.ts';
import { errorNames } from '../../support/error-names.ts';
import { isoTime, type Services } from '../services.ts';
import { tell } from '../tell.ts';
import type { Call, SettleAnswer } from './answer.ts';

export const check = async (call: Call<'check'>, services: Services): Promise<SettleAnswer> => {
  const { run, stage, claim, severity, message, after, chosen, control } = call;
  const { ledger, now } = services;
  const at = addressOf(run, stage);
  const operands = operandsOf(claim);
  const startedAt = now();
  const owner = `settle:${run.execution}`;
  const needs = needsOf(operands, after, chosen);
  const claimed = await ledger.stages.claim(at, owner, isoTime(startedAt), needs);
  if (!claimed.held) {
    const output = claimed.record.output ? ((await ledger.payloads.load(claimed.record.output)) as Json) : null;
    return { control: controlOf(control, output) };
  }
  const values = new Map<Binding, Json>();
  try {
    const resolver = ledger.resolver();
    const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen };
    await resolver.check(after, scope);
    for (const operand of operands) values.set(operand, await resolver.resolve(operand, scope));
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    await ledger.stages.skip(at, error.message, isoTime(now()), needs);
    return { control: {} };
  }
  const value = (operand: Binding): Json => values.get(operand) ?? null;
  const passed = holds(claim, value);
  const found = inWords(claim, value);
  const cause = message ? `${message} (it does not hold that ${found})` : `it does not hold that ${found}`;
  // Told before it is recorded: a crash in between tells it twice, not never.
  if (!passed) await tell('checkFailed', run, { stage, severity, cause }, services);
  const endedAt = isoTime(now());
  if (!passed && severity === 'fail') {
    await ledger.stages.fail(at, {
      status: 'failed',
      endedAt,
      error: errorNames.checkFailed,
      cause,
      check: { outcome: 'blocked', found },
    });
    return { control: {} };
  }
  const output = { passed, found };
  await ledger.stages.complete(at, owner, {
    endedAt,
    durationMs: now() - startedAt,
    output: await ledger.payloads.store(run.pipeline, output),
    check: { outcome: passed ? 'passed' : 'warned', found },
    ...(passed ? {} : { warning: cause }),
  });
  return { control: controlOf(control, output) };
};

const signs: { readonly [comparison in Comparison]: string } = {
  eq: '=',
  ne: '≠',
  gt: '>',
  gte: '≥',
  lt: '<',
  lte: '≤',
};

/** The claim with names and values: `total.rows (3) ≥ 1000`. */
const inWords = (claim: Condition, value: (operand: Binding) => Json): string => {
  switch (claim.kind) {
    case 'compare':
      return `${named(claim.left, value)} ${signs[claim.comparison]} ${named(claim.right, value)}`;
    case 'not':
      return `not (${inWords(claim.condition, value)})`;
    default:
      return `(${claim.conditions.map((each) => inWords(each, value)).join(` ${claim.kind} `)})`;
  }
};

const longestValue = 100;

const named = (operand: Binding, value: (operand: Binding) => Json): string => {
  const text = JSON.stringify(value(operand)).slice(0, longestValue);
  if (operand.kind === 'chosen') return `${[operand.choose, ...operand.path].join('.')} (${text})`;
  if (operand.kind !== 'ref') return text;
  const { source, path } = operand;
  const root = source.kind === 'stage' ? source.stage : source.kind === 'upstream' ? source.upstream : source.kind;
  return `${[root, ...path].join('.')} (${text})`;
};
