// Failures that a person asked for, to see what becomes of them. Which inputs fail is the same in every run and attempt.
import type { Stage } from '../definition/index.ts';
import { failVariable, type Json, readShare, type Share } from '../records/index.ts';
import { canonicalJson } from '../support/canonical-json.ts';
import { PermanentError } from '../support/run-errors.ts';
import { sha256 } from '../support/sha256.ts';
import type { Handler } from './attempt.ts';
import type { Environment } from './environment.ts';

/**
 * The handler, or one that fails for the share of its inputs that HEDDLE_FAIL asks for, before it does anything.
 * HDL311: HEDDLE_FAIL of a stage's function says no share of its inputs. Fix: set it to a percentage (3%) or a count (12), or
 * take it away.
 */
export const failingWhereAsked = <S extends Stage>(
  { name }: Stage,
  handler: Handler<S>,
  environment: Environment,
): Handler<S> => {
  const asked = environment[failVariable];
  if (asked === undefined) return handler;
  const share = readShare(asked);
  if (!share)
    throw new Error(
      `HDL311 ${failVariable} of the stage ${name} is '${asked}'; expected a percentage such as 3%, or a count such as 12. Fix: correct it, or take it away.`,
    );
  return (work) => {
    if (isHit(share, name, work.input as Json, work.item ?? 0))
      throw new PermanentError(`asked for: ${failVariable}=${asked}`);
    return handler(work);
  };
};

const parts = 0x1_0000_0000; // of what eight hexadecimal digits can say

const isHit = (share: Share, stage: string, input: Json, item: number): boolean => {
  if ('count' in share) return item < share.count;
  return Number.parseInt(sha256(`${stage} ${canonicalJson(input)}`).slice(0, 8), 16) * 100 < share.percent * parts;
};
