// The operations on state machines.
import { late } from '../../late-modules.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type Shape } from '../../service.ts';
import { definitionOf, describeMachine, isInitial } from './descriptions.ts';
import { checkLogging } from './execution-logs.ts';
import { page, sizeOf } from './pages.ts';
import type { Parts } from './parts.ts';
import { anyText, arnIn, checkName, checkRole, checkWhole, optionalText, seconds, text, withData } from './requests.ts';
import { nameOf } from './row-from-log.ts';
import type { VersionRow } from './versions.ts';

const tags = late<typeof import('./tag-operations.ts')>(import.meta.url, './tag-operations.ts');

const warnings = late<typeof import('../../states/parse/warnings.ts')>(
  import.meta.url,
  '../../states/parse/warnings.ts',
);

const processors = late<typeof import('./processor-definition.ts')>(import.meta.url, './processor-definition.ts');

const settingsOf = (input: Shape): Shape => {
  const settings = Object.fromEntries(
    ['loggingConfiguration', 'tracingConfiguration', 'encryptionConfiguration']
      .filter((field) => input[field] !== undefined)
      .map((field) => [field, input[field]]),
  );
  checkLogging(settings);
  return settings;
};

const arnOf = (input: Shape) => checkWhole(arnIn(input, 'stateMachineArn', 'stateMachine'));

const checkPublish = (input: Shape): void => {
  if (input.publish === true || optionalText(input, 'versionDescription') === undefined) return;
  throw new AwsError('ValidationException', 'Version description can only be set when publish is true');
};

/** `publish: true` of a create or an update. */
const published = (parts: Parts, arn: string, input: Shape, description: string): Shape =>
  input.publish === true
    ? { stateMachineVersionArn: parts.late.versions.publish(arn, optionalText(input, description)).arn }
    : {};

/** What a version has of its own. */
const versionDetails = ({ createdAt, description }: VersionRow): Shape => ({
  creationDate: seconds(createdAt),
  ...(description !== undefined && { description }),
});

export const machineOperations = (parts: Parts): OperationTable => {
  const { machines, executions, journal } = parts;
  /** What a child of a Map Run runs, as a definition. Its state is in the log of the execution that the Map Run belongs to. */
  const processorOf = (definition: string, mapRun: string): string => {
    const parent = executions.get(parts.late.mapRuns.get(mapRun).executionArn);
    return processors().processorOf(definition, journal.read(parent.id), mapRun);
  };
  /** The settings of a request. Where they name a log group, that takes a question. */
  const checkedSettings = async (input: Shape): Promise<Shape> => {
    const settings = settingsOf(input);
    await parts.logs.checkDestination(settings);
    return settings;
  };
  return {
    CreateStateMachine: async (input) => {
      checkPublish(input);
      const name = checkName(anyText(input, 'name'));
      const settings = await checkedSettings(input);
      const machine = machines.create({
        name,
        definition: anyText(input, 'definition'),
        roleArn: checkRole(text(input, 'roleArn')),
        type: input.type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
        settings,
        tags: input.tags === undefined ? {} : tags().tagsIn(input, machines.arnOf(name)),
      });
      return {
        stateMachineArn: machine.arn,
        creationDate: seconds(machine.createdAt),
        ...published(parts, machine.arn, input, 'versionDescription'),
      };
    },
    UpdateStateMachine: async (input) => {
      const arn = arnOf(input);
      const definition = optionalText(input, 'definition');
      const roleArn = checkRole(optionalText(input, 'roleArn'));
      const settings = await checkedSettings(input);
      if (definition === undefined && roleArn === undefined && Object.keys(settings).length === 0) {
        throw new AwsError(
          'MissingRequiredParameter',
          'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
        );
      }
      checkPublish(input);
      const revision = machines.update(arn, { definition, roleArn, settings });
      return {
        updateDate: seconds(revision.createdAt),
        ...(!isInitial(machines.get(arn), revision) && { revisionId: revision.id }),
        ...published(parts, arn, input, 'versionDescription'),
      };
    },
    DescribeStateMachine: (input) => {
      const arn = arnOf(input);
      const { machine, versionArn } = parts.late.versions.resolve(arn);
      const revision = machines.revision(machine.revision);
      return {
        ...describeMachine(machine, revision),
        ...definitionOf(revision, withData(input)),
        ...(versionArn && { stateMachineArn: arn }),
        ...(versionArn === arn && versionDetails(parts.late.versions.version(arn))),
      };
    },
    DescribeStateMachineForExecution: (input) => {
      const row = executions.get(arnIn(input, 'executionArn', 'execution'));
      const revision = machines.revision(row.revision);
      const machine = machines.find(revision.machineArn);
      const [name = '', ...labels] = nameOf(row.machineArn).split('/');
      const { mapRun } = row;
      const run =
        mapRun === undefined ? revision : { ...revision, definition: processorOf(revision.definition, mapRun) };
      return {
        stateMachineArn: row.machineArn,
        name,
        ...(mapRun !== undefined && { mapRunArn: mapRun, label: labels.at(-1) }),
        ...definitionOf(run, withData(input)),
        roleArn: revision.roleArn,
        updateDate: seconds(revision.createdAt),
        ...(!(machine && isInitial(machine, revision)) && { revisionId: revision.id }),
        ...(machine && machines.settingsOf(machine, revision.id)),
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
      const arn = arnOf(input);
      machines.delete(arn, () => parts.late.versions.forget(arn));
      return {};
    },
    /** The engine's own, where a template has another machine of that name: gone at once, whatever runs. */
    ForgetStateMachine: (input) => {
      const arn = arnOf(input);
      machines.delete(arn, () => parts.late.versions.forget(arn), false);
      return {};
    },
    ValidateStateMachineDefinition: (input) => {
      const definition = anyText(input, 'definition');
      const { ok, diagnostics: errors } = machines.parse(definition, input.type === 'EXPRESS');
      const diagnostics = input.severity === 'WARNING' ? [...errors, ...warnings().warningsOf(definition)] : errors;
      const most = sizeOf(input);
      return {
        result: ok ? 'OK' : 'FAIL',
        diagnostics: diagnostics.slice(0, most).map(({ hint: _, ...told }) => told),
        truncated: diagnostics.length > most,
      };
    },
    TestState: (input) => parts.late.tests.run(input),
  };
};
