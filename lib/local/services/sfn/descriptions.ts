// Rows as the AWS API and EventBridge show them.
import { late } from '../../late-modules.ts';
import type { BusEvent, Shape } from '../../service.ts';
import type { EventRecord } from '../../states/history/record.ts';
import type { ExecutionRow } from './execution-rows.ts';
import type { MachineRow, Revision } from './machines.ts';
import { seconds } from './requests.ts';

const references = late<typeof import('../../states/parse/variable-references.ts')>(
  import.meta.url,
  '../../states/parse/variable-references.ts',
);

const REDRIVABLE = new Set(['FAILED', 'TIMED_OUT', 'ABORTED']);
const REDRIVE_DAYS = 14;
const MOST_EVENTS = 24_999;

/** Why an execution cannot be redriven, or undefined. https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html */
export const redriveRefusal = (
  row: ExecutionRow,
  now: number,
  lastEvent: number,
  isMachineDeleting: boolean,
): string | undefined => {
  if (!REDRIVABLE.has(row.status)) return `Execution is ${row.status} and cannot be redriven`;
  if (isMachineDeleting) return 'State machine is in DELETING status';
  if (row.mapRun !== undefined) return 'Execution was started by a Map Run and is redriven with its parent';
  if (now - (row.stoppedAt ?? now) > REDRIVE_DAYS * 86_400_000) return 'Execution redrivable period exceeded';
  return lastEvent >= MOST_EVENTS ? 'Execution history event limit exceeded' : undefined;
};

export const REDRIVEN = 'ExecutionRedriven';
const MOST_TOKENS = 10;
const TOKEN_MS = 15 * 60_000;

/**
 * When `clientToken` redrove the execution. AWS keeps the tokens of the last ten redrives, each for a quarter of an hour.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
 */
export const redrivenWith = (
  events: readonly EventRecord[],
  clientToken: string | undefined,
  now: number,
): number | undefined => {
  if (clientToken === undefined) return undefined;
  const withToken = events.filter(({ type, memo }) => type === REDRIVEN && memo?.clientToken !== undefined);
  const same = withToken.slice(-MOST_TOKENS).findLast(({ memo }) => memo?.clientToken === clientToken);
  return same && now - same.at < TOKEN_MS ? same.at : undefined;
};

/** Its events are not counted here: only RedriveExecution reads the log for that. */
const redriveStatus = (row: ExecutionRow, now: number, isMachineDeleting: boolean): Shape => {
  if (row.mapRun !== undefined && REDRIVABLE.has(row.status)) return { redriveStatus: 'REDRIVABLE_BY_MAP_RUN' };
  const refusal = redriveRefusal(row, now, 0, isMachineDeleting);
  if (refusal === undefined) return { redriveStatus: 'REDRIVABLE' };
  return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: refusal };
};

/** What was worked on, which may be encrypted. */
const data = ({ input, output, error, cause }: ExecutionRow): Shape => ({
  input,
  ...(output !== undefined && { output }),
  ...(error !== undefined && { error }),
  ...(cause !== undefined && { cause }),
});

/** DescribeExecution. Times are seconds. */
export const describeExecution = (
  row: ExecutionRow,
  now: number,
  included: boolean,
  isMachineDeleting: boolean,
): Shape => ({
  executionArn: row.arn,
  stateMachineArn: row.machineArn,
  name: row.name,
  status: row.status,
  startDate: seconds(row.startedAt),
  ...(row.stoppedAt !== undefined && { stopDate: seconds(row.stoppedAt) }),
  ...(included && data(row)),
  inputDetails: { included },
  ...(row.output !== undefined && { outputDetails: { included } }),
  ...(row.mapRun !== undefined && { mapRunArn: row.mapRun }),
  ...(row.versionArn !== undefined && { stateMachineVersionArn: row.versionArn }),
  ...(row.aliasArn !== undefined && { stateMachineAliasArn: row.aliasArn }),
  redriveCount: row.redriveCount,
  ...(row.redrivenAt !== undefined && { redriveDate: seconds(row.redrivenAt) }),
  ...redriveStatus(row, now, isMachineDeleting),
});

/** One entry of ListExecutions. */
export const listedExecution = (row: ExecutionRow): Shape => ({
  executionArn: row.arn,
  stateMachineArn: row.machineArn,
  name: row.name,
  status: row.status,
  startDate: seconds(row.startedAt),
  ...(row.stoppedAt !== undefined && { stopDate: seconds(row.stoppedAt) }),
  ...(row.mapRun !== undefined && { mapRunArn: row.mapRun, itemCount: row.items ?? 1 }),
  ...(row.versionArn !== undefined && { stateMachineVersionArn: row.versionArn }),
  ...(row.aliasArn !== undefined && { stateMachineAliasArn: row.aliasArn }),
  redriveCount: row.redriveCount,
  ...(row.redrivenAt !== undefined && { redriveDate: seconds(row.redrivenAt) }),
});

const MOST_TOLD = 248 * 1024; // bytes of an event's input and output, as texts within JSON
const LONGEST_CHARACTER = 6; // bytes, within JSON

const bytesTold = (text: string | undefined): number =>
  text === undefined ? 0 : Buffer.byteLength(JSON.stringify(text));

/** Which of input and output the event has room for: the output before the input. */
const roomFor = ({ input, output }: ExecutionRow): { readonly input: boolean; readonly output: boolean } => {
  if ((input.length + (output?.length ?? 0)) * LONGEST_CHARACTER <= MOST_TOLD) return { input: true, output: true };
  const bytes = bytesTold(output);
  return { input: bytesTold(input) + bytes <= MOST_TOLD, output: bytes <= MOST_TOLD };
};

/** The event on the default bus. https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
export const statusChange = (row: ExecutionRow): BusEvent => {
  const has = roomFor(row);
  return {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [row.arn],
    detail: {
      executionArn: row.arn,
      stateMachineArn: row.machineArn,
      name: row.name,
      status: row.status,
      startDate: row.startedAt,
      stopDate: row.stoppedAt ?? null,
      input: has.input ? row.input : null,
      output: has.output ? (row.output ?? null) : null,
      inputDetails: { included: has.input },
      outputDetails: row.output === undefined ? null : { included: has.output },
      error: row.error ?? null,
      cause: row.cause ?? null,
      redriveCount: row.redriveCount,
      redriveDate: row.redrivenAt ?? null,
    },
  };
};

/** AWS gives no id to the revision that a machine was created with. */
export const isInitial = (machine: MachineRow, revision: Revision): boolean => revision.createdAt === machine.createdAt;

/** What of a definition may be encrypted. Without it the definition is an empty object, as on AWS. */
export const definitionOf = ({ definition }: Revision, included: boolean): Shape => {
  if (!included) return { definition: '{}' };
  const variableReferences = references().variableReferences(definition);
  return { definition, ...(variableReferences && { variableReferences }) };
};

export const describeMachine = (machine: MachineRow, revision: Revision): Shape => ({
  stateMachineArn: machine.arn,
  name: machine.name,
  status: machine.status,
  roleArn: revision.roleArn,
  type: machine.type,
  creationDate: seconds(machine.createdAt),
  ...(!isInitial(machine, revision) && { revisionId: revision.id }),
  ...machine.settings,
});
