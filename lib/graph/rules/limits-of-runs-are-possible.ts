import type { Diagnostic } from '../../definition/index.ts';
import type { Rule } from './rule.ts';

/** What one record of the ledger holds with room to spare: the names of all that run or wait. */
const most = 1_000;

/**
 * HDL262: overlap, maxRuns and maxQueued of a pipeline that do not go together, or are out of range. Fix: leave out maxRuns and
 * maxQueued with overlap 'allow', and give whole numbers from 1 (maxQueued from 0) to 1,000 otherwise.
 *
 * HDL263: overlap is 'cancelRunning' for an Express pipeline, whose executions AWS cannot stop. Fix: take 'queue' or 'skip', or
 * a standard pipeline.
 */
export const limitsOfRunsArePossible: Rule = ({ graph: { pipeline } }) => {
  const { admission, type, name: at } = pipeline;
  if (!admission) return [];
  const { overlap, maxRuns, maxQueued } = admission;
  const found: Diagnostic[] = [];
  const tell = (code: string, message: string, fix: string) =>
    found.push({ code, severity: 'error', at, message, fix });
  if (overlap === 'allow')
    tell(
      'HDL262',
      "overlap is 'allow', which knows no limit, beside maxRuns or maxQueued",
      "leave those out, or let overlap be 'queue'",
    );
  if (!isWhole(maxRuns, 1))
    tell('HDL262', `maxRuns is ${maxRuns}`, `give a whole number from 1 to ${most.toLocaleString('en-US')}`);
  if (!isWhole(maxQueued, 0))
    tell('HDL262', `maxQueued is ${maxQueued}`, `give a whole number from 0 to ${most.toLocaleString('en-US')}`);
  if (overlap === 'cancelRunning' && type === 'express')
    tell(
      'HDL263',
      "overlap is 'cancelRunning', but AWS cannot stop an Express execution",
      "take 'queue' or 'skip', or type 'standard'",
    );
  return found;
};

const isWhole = (value: number, least: number): boolean => Number.isInteger(value) && value >= least && value <= most;
