// The operations on executions.
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type Shape } from '../../service.ts';
import { isEvent, toHistoryEvent } from '../../states/history/record.ts';
import { describeExecution, listedExecution } from './descriptions.ts';
import { page } from './pages.ts';
import type { Parts } from './parts.ts';
import { checkArn, checkName, optionalText, seconds, text } from './requests.ts';

const arnOf = (input: Shape) => checkArn(text(input, 'stateMachineArn'), 'stateMachine');

export const executionOperations = ({
  machines,
  versions,
  executions,
  express,
  journal,
  admitStart,
}: Parts): OperationTable => ({
  StartExecution: async (input) => {
    admitStart();
    const { machine, versionArn, aliasArn } = versions.resolve(arnOf(input));
    const name = checkName(optionalText(input, 'name') ?? executions.newName());
    const data = optionalText(input, 'input') ?? '{}';
    if (machine.type === 'EXPRESS') {
      const { arn, startedAt } = express.start(machine, name, data);
      return { executionArn: arn, startDate: seconds(startedAt) };
    }
    const row = await executions.start(machine, name, data, { versionArn, aliasArn });
    return { executionArn: row.arn, startDate: seconds(row.startedAt) };
  },
  StartSyncExecution: (input) => {
    const { machine } = versions.resolve(arnOf(input));
    if (machine.type !== 'EXPRESS') {
      throw new AwsError(
        'StateMachineTypeNotSupported',
        'This operation is not supported by this type of state machine',
      );
    }
    return express.startSync(
      machine,
      checkName(optionalText(input, 'name') ?? executions.newName()),
      optionalText(input, 'input') ?? '{}',
    );
  },
  DescribeExecution: (input) => describeExecution(executions.get(text(input, 'executionArn'))),
  ListExecutions: (input) => {
    journal.flush();
    const status = optionalText(input, 'statusFilter');
    const mapRun = optionalText(input, 'mapRunArn');
    const machineArn = mapRun === undefined ? machines.get(arnOf(input)).arn : undefined;
    const filter = { ...(machineArn && { machineArn }), ...(mapRun && { mapRun }), ...(status && { status }) };
    const { items, nextToken } = page(input, (limit, offset) => executions.rows.list(filter, limit, offset));
    return { executions: items.map(listedExecution), ...(nextToken && { nextToken }) };
  },
  StopExecution: async (input) => {
    const stoppedAt = await executions.stop(
      text(input, 'executionArn'),
      optionalText(input, 'error'),
      optionalText(input, 'cause'),
    );
    return { stopDate: seconds(stoppedAt) };
  },
  RedriveExecution: async (input) => {
    const redrivenAt = await executions.redrive(text(input, 'executionArn'));
    return { redriveDate: seconds(redrivenAt) };
  },
  GetExecutionHistory: (input) => {
    const row = executions.get(text(input, 'executionArn'));
    const events = journal.read(row.id).filter(isEvent);
    if (input.reverseOrder === true) events.reverse();
    const { items, nextToken } = page(input, (limit, offset) => events.slice(offset, offset + limit));
    const withData = input.includeExecutionData !== false;
    return { events: items.map((event) => toHistoryEvent(event, withData)), ...(nextToken && { nextToken }) };
  },
});
