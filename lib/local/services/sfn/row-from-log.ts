// What the log says of an execution's row. The row is written behind the log, so of one that was alone a killed process may
// leave the log without it.
import type { Shape } from '../../service.ts';
import { isEvent, type LogRecord } from '../../states/history/record.ts';
import { Payload } from '../../states/json.ts';
import type { ClosedStatus, Outcome } from '../../states/machine/closed.ts';
import type { ExecutionRow, NewExecution } from './execution-rows.ts';

/** The record ahead of the first event. */
export const START = 'start';

export interface Start extends NewExecution {
  readonly startedAt: number;
}

export const executionArn = (machineArn: string, name: string): string =>
  `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;

/** The name of a machine; of one that is part of another, with the other's. */
export const nameOf = (machineArn: string): string => machineArn.split(':stateMachine:').at(-1) ?? machineArn;

export const startMemo = ({
  name,
  machineArn,
  revision,
  input,
  startedAt,
  versionArn,
  aliasArn,
}: ExecutionRow): Shape =>
  versionArn === undefined
    ? { name, machineArn, revision, input, startedAt }
    : { name, machineArn, revision, input, startedAt, versionArn, ...(aliasArn !== undefined && { aliasArn }) };

/** Throws where the log does not begin with the record of a start. */
export const startIn = (log: readonly LogRecord[]): Start => {
  const [first] = log;
  if (first === undefined || isEvent(first) || first.note !== START)
    throw new Error('it does not say what was started');
  const memo = first.memo as unknown as Omit<Start, 'arn'>; // written by startMemo
  return { ...memo, arn: executionArn(memo.machineArn, memo.name) };
};

const STATUSES: Readonly<Record<string, ClosedStatus>> = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
};

/** How the execution ended, and when, if its log ends with that. */
export const endIn = (log: readonly LogRecord[]): { readonly outcome: Outcome; readonly at: number } | undefined => {
  const last = log.at(-1);
  const status = last && isEvent(last) ? STATUSES[last.type] : undefined;
  if (last === undefined || !isEvent(last) || status === undefined) return undefined;
  const { output, error, cause } = last.details ?? {};
  const outcome = {
    status,
    ...(typeof output === 'string' && { output: Payload.parse(output) }),
    ...(typeof error === 'string' && { error }),
    ...(typeof cause === 'string' && { cause }),
  };
  return { outcome, at: last.at };
};
