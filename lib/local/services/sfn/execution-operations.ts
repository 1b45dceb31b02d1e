// The operations on executions.
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type Shape } from '../../service.ts';
import { isEvent, toHistoryEvent } from '../../states/history/record.ts';
import { listedExecution } from './descriptions.ts';
import type { ListFilter } from './execution-rows.ts';
import { damage } from './interrupted.ts';
import { checkActive } from './machines.ts';
import { page } from './pages.ts';
import type { Parts } from './parts.ts';
import { arnIn, checkName, optionalText, problemIn, seconds, text, withData } from './requests.ts';
import type { Qualified } from './versions.ts';

const arnOf = (input: Shape) => arnIn(input, 'stateMachineArn', 'stateMachine');
const executionIn = (input: Shape) => arnIn(input, 'executionArn', 'execution');

const wrongType = (): AwsError =>
  new AwsError('StateMachineTypeNotSupported', 'This operation is not supported by this type of state machine');

/** Of a machine (or what one of its versions or aliases started), or of a Map Run. */
const filterOf = (parts: Parts, input: Shape): ListFilter => {
  const [mapRun, machine] = [optionalText(input, 'mapRunArn'), optionalText(input, 'stateMachineArn')];
  const status = optionalText(input, 'statusFilter');
  const redriven = optionalText(input, 'redriveFilter');
  if ((mapRun === undefined) === (machine === undefined))
    throw new AwsError('ValidationException', 'Exactly one of stateMachineArn and mapRunArn must be specified');
  if (redriven !== undefined && mapRun === undefined)
    throw new AwsError('ValidationException', 'redriveFilter can be specified with mapRunArn only');
  const about = { ...(status && { status }), ...(redriven && { redriven: redriven === 'REDRIVEN' }) };
  if (mapRun !== undefined)
    return { ...about, mapRun: parts.late.mapRuns.get(arnIn(input, 'mapRunArn', 'mapRun')).arn };
  const { type, ...startedBy } = parts.late.versions.startedBy(arnOf(input));
  if (type === 'EXPRESS') throw wrongType();
  return { ...about, ...startedBy };
};

/** What is to be started. Most machines are named by their own ARN. */
const machineIn = (parts: Parts, input: Shape): Qualified => {
  const arn = text(input, 'stateMachineArn');
  const machine = parts.machines.find(arn);
  if (!machine) return parts.late.versions.resolve(arn);
  return { machine: checkActive(machine), versionArn: undefined, aliasArn: undefined };
};

/** The log of an execution. Throws HDL522 where it is damaged. */
const logOf = (journal: Parts['journal'], { id }: { readonly id: number }): ReturnType<Parts['journal']['read']> => {
  try {
    return journal.read(id);
  } catch (thrown) {
    throw new AwsError('InternalFailure', damage('the execution', thrown, id), 500);
  }
};

export const executionOperations = (parts: Parts): OperationTable => {
  const { executions, journal, admitStart } = parts;
  return {
    StartExecution: async (input) => {
      admitStart();
      const { machine, versionArn, aliasArn } = machineIn(parts, input);
      const asked = optionalText(input, 'name');
      const name = asked === undefined ? undefined : checkName(asked);
      const data = optionalText(input, 'input') ?? '{}';
      if (machine.type === 'EXPRESS') {
        const { arn, startedAt } = parts.late.express.start(machine, name ?? executions.newName(), data);
        return { executionArn: arn, startDate: seconds(startedAt) };
      }
      const row = await executions.start(machine, name, data, { versionArn, aliasArn });
      return { executionArn: row.arn, startDate: seconds(row.startedAt) };
    },
    StartSyncExecution: (input) => {
      const { machine } = machineIn(parts, input);
      if (machine.type !== 'EXPRESS') throw wrongType();
      return parts.late.express.startSync(
        machine,
        checkName(optionalText(input, 'name') ?? executions.newName()),
        optionalText(input, 'input') ?? '{}',
        withData(input),
      );
    },
    // Of Express executions AWS knows the children of Map Runs.
    DescribeExecution: (input) => {
      const asked = text(input, 'executionArn');
      const child = asked.includes(':express:') ? executions.find(asked) : undefined;
      return executions.describe(child ?? executions.get(executionIn(input)), withData(input));
    },
    ListExecutions: (input) => {
      journal.flush();
      const filter = filterOf(parts, input);
      const read = (limit: number, before: number) => executions.rows.list(filter, limit, before);
      const { items, nextToken } = page(input, read, ({ id }) => id);
      return { executions: items.map(listedExecution), ...(nextToken && { nextToken }) };
    },
    StopExecution: async (input) => {
      const stoppedAt = await executions.stop(executionIn(input), ...problemIn(input));
      return { stopDate: seconds(stoppedAt) };
    },
    RedriveExecution: async (input) => {
      const redrivenAt = await executions.redrive(executionIn(input), optionalText(input, 'clientToken'));
      return { redriveDate: seconds(redrivenAt) };
    },
    GetExecutionHistory: (input) => {
      const row = executions.get(executionIn(input));
      const events = logOf(journal, row).filter(isEvent);
      if (input.reverseOrder === true) events.reverse();
      const { items, nextToken } = page(input, (limit, offset) => events.slice(offset, offset + limit));
      const hasData = input.includeExecutionData !== false;
      return { events: items.map((event) => toHistoryEvent(event, hasData)), ...(nextToken && { nextToken }) };
    },
  };
};
