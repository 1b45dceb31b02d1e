// The Step Functions API, one function an operation.
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type Shape } from '../../service.ts';
import type { Journal } from '../../states/history/journal.ts';
import { isEvent, toHistoryEvent } from '../../states/history/record.ts';
import type { Tokens } from '../../states/integrations/tokens.ts';
import type { Activities, ActivityRow } from './activities.ts';
import { describeExecution, describeMachine, listedExecution } from './descriptions.ts';
import type { Executions } from './executions.ts';
import type { Express } from './express.ts';
import type { Machines } from './machines.ts';
import { mapRunOperations } from './map-run-operations.ts';
import type { MapRuns } from './map-runs.ts';
import { page } from './pages.ts';
import { checkArn, checkName, optionalText, seconds, text } from './requests.ts';
import type { StateTests } from './test-state.ts';

export interface Parts {
  readonly tests: StateTests;
  readonly activities: Activities;
  readonly machines: Machines;
  readonly executions: Executions;
  readonly express: Express;
  readonly mapRuns: MapRuns;
  readonly journal: Journal;
  readonly tokens: Tokens;
}

const settingsOf = (input: Shape): Shape =>
  Object.fromEntries(
    ['loggingConfiguration', 'tracingConfiguration', 'encryptionConfiguration']
      .filter((field) => input[field] !== undefined)
      .map((field) => [field, input[field]]),
  );

export const tagsOf = (input: Shape): Record<string, string> => {
  const list = Array.isArray(input.tags) ? (input.tags as readonly Shape[]) : [];
  return Object.fromEntries(list.map(({ key, value }) => [String(key), String(value ?? '')]));
};

const arnOf = (input: Shape) => checkArn(text(input, 'stateMachineArn'), 'stateMachine');

const machineOperations = ({ machines, executions, tests }: Parts): OperationTable => ({
  CreateStateMachine: (input) => {
    const machine = machines.create({
      name: checkName(text(input, 'name')),
      definition: text(input, 'definition'),
      roleArn: text(input, 'roleArn'),
      type: input.type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
      settings: settingsOf(input),
      tags: tagsOf(input),
    });
    return { stateMachineArn: machine.arn, creationDate: seconds(machine.createdAt) };
  },
  UpdateStateMachine: (input) => {
    const definition = optionalText(input, 'definition');
    const roleArn = optionalText(input, 'roleArn');
    const settings = settingsOf(input);
    if (definition === undefined && roleArn === undefined && Object.keys(settings).length === 0) {
      throw new AwsError(
        'MissingRequiredParameter',
        'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
      );
    }
    const revision = machines.update(arnOf(input), { definition, roleArn, settings });
    return { updateDate: seconds(revision.createdAt), revisionId: revision.id };
  },
  DescribeStateMachine: (input) => {
    const machine = machines.get(arnOf(input));
    return describeMachine(machine, machines.revision(machine.revision));
  },
  DescribeStateMachineForExecution: (input) => {
    const row = executions.get(text(input, 'executionArn'));
    const revision = machines.revision(row.revision);
    const machine = machines.find(row.machineArn);
    return {
      stateMachineArn: row.machineArn,
      name: machine?.name ?? row.machineArn.split(':').at(-1),
      definition: revision.definition,
      roleArn: revision.roleArn,
      updateDate: seconds(revision.createdAt),
      revisionId: revision.id,
      ...machine?.settings,
    };
  },
  ListStateMachines: (input) => {
    const { items, nextToken } = page(input, (limit, offset) => machines.list(limit, offset));
    const stateMachines = items.map(({ arn, name, type, createdAt }) => ({
      stateMachineArn: arn,
      name,
      type,
      creationDate: seconds(createdAt),
    }));
    return { stateMachines, ...(nextToken && { nextToken }) };
  },
  DeleteStateMachine: (input) => {
    machines.delete(arnOf(input));
    return {};
  },
  ValidateStateMachineDefinition: (input) => {
    const { diagnostics } = machines.parse(text(input, 'definition'), input.type === 'EXPRESS');
    const failed = diagnostics.some(({ severity }) => severity === 'ERROR');
    return { result: failed ? 'FAIL' : 'OK', diagnostics, truncated: false };
  },
  TestState: (input) => tests.run(input),
  TagResource: (input) => {
    const machine = machines.get(text(input, 'resourceArn'));
    machines.tag(machine.arn, { ...machine.tags, ...tagsOf(input) });
    return {};
  },
  UntagResource: (input) => {
    const machine = machines.get(text(input, 'resourceArn'));
    const gone = new Set(Array.isArray(input.tagKeys) ? input.tagKeys.map(String) : []);
    machines.tag(machine.arn, Object.fromEntries(Object.entries(machine.tags).filter(([key]) => !gone.has(key))));
    return {};
  },
  ListTagsForResource: (input) => {
    const { tags } = machines.get(text(input, 'resourceArn'));
    return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
  },
});

const executionOperations = ({ machines, executions, express, journal }: Parts): OperationTable => ({
  StartExecution: async (input) => {
    const machine = machines.get(arnOf(input));
    const name = checkName(optionalText(input, 'name') ?? executions.newName());
    const data = optionalText(input, 'input') ?? '{}';
    if (machine.type === 'EXPRESS') {
      const { arn, startedAt } = express.start(machine, name, data);
      return { executionArn: arn, startDate: seconds(startedAt) };
    }
    const row = await executions.start(machine, name, data);
    return { executionArn: row.arn, startDate: seconds(row.startedAt) };
  },
  StartSyncExecution: (input) => {
    const machine = machines.get(arnOf(input));
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

const activityOperations = ({ activities, journal }: Parts): OperationTable => {
  const described = ({ arn, name, createdAt }: ActivityRow): Shape => ({
    activityArn: arn,
    name,
    creationDate: seconds(createdAt),
  });
  return {
    CreateActivity: (input) => {
      const { arn, createdAt } = activities.create(checkName(text(input, 'name')));
      return { activityArn: arn, creationDate: seconds(createdAt) };
    },
    DescribeActivity: (input) => described(activities.get(checkArn(text(input, 'activityArn'), 'activity'))),
    DeleteActivity: (input) => {
      activities.delete(checkArn(text(input, 'activityArn'), 'activity'));
      return {};
    },
    ListActivities: (input) => {
      const { items, nextToken } = page(input, (limit, offset) => activities.list(limit, offset));
      return { activities: items.map(described), ...(nextToken && { nextToken }) };
    },
    GetActivityTask: async (input) => {
      const task = await activities.poll(text(input, 'activityArn'), optionalText(input, 'workerName'));
      await journal.commit();
      return task;
    },
  };
};

const tokenOperations = ({ tokens, journal }: Parts): OperationTable => {
  // The execution takes the answer up in promise jobs of this turn; a turn later it is in the journal.
  const settled = async (): Promise<Shape> => {
    await new Promise((resolve) => setImmediate(resolve));
    await journal.commit();
    return {};
  };
  return {
    SendTaskSuccess: async (input) => {
      await tokens.succeed(text(input, 'taskToken'), text(input, 'output'));
      return settled();
    },
    SendTaskFailure: async (input) => {
      await tokens.fail(text(input, 'taskToken'), optionalText(input, 'error'), optionalText(input, 'cause'));
      return settled();
    },
    SendTaskHeartbeat: async (input) => {
      await tokens.beat(text(input, 'taskToken'));
      return {};
    },
  };
};

export const operationsOf = (parts: Parts): OperationTable => ({
  ...machineOperations(parts),
  ...executionOperations(parts),
  ...activityOperations(parts),
  ...mapRunOperations(parts.mapRuns),
  ...tokenOperations(parts),
});
