// The operations on versions and aliases.
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type Shape } from '../../service.ts';
import { type Route, routesIn } from './alias-routes.ts';
import { page } from './pages.ts';
import { anyText, arnIn, optionalText, refused, seconds } from './requests.ts';
import type { AliasRow, Versions } from './versions.ts';

const machineIn = (input: Shape) => arnIn(input, 'stateMachineArn', 'stateMachine');
const aliasIn = (input: Shape) => arnIn(input, 'stateMachineAliasArn', 'stateMachine');

const isSame = (some: readonly Route[], others: readonly Route[]): boolean =>
  some.length === others.length &&
  some.every(({ stateMachineVersionArn: version, weight }, at) => {
    const other = others[at];
    return other?.stateMachineVersionArn === version && other.weight === weight;
  });

const described = (alias: AliasRow): Shape => ({
  stateMachineAliasArn: alias.arn,
  name: alias.name,
  ...(alias.description !== undefined && { description: alias.description }),
  routingConfiguration: alias.routes,
  creationDate: seconds(alias.createdAt),
  updateDate: seconds(alias.updatedAt),
});

const versionOperations = (versions: Versions): OperationTable => ({
  PublishStateMachineVersion: (input) => {
    const version = versions.publish(
      machineIn(input),
      optionalText(input, 'description'),
      optionalText(input, 'revisionId'),
    );
    return { stateMachineVersionArn: version.arn, creationDate: seconds(version.createdAt) };
  },
  ListStateMachineVersions: (input) => {
    const arn = machineIn(input);
    const { items, nextToken } = page(input, (limit, offset) => versions.versions(arn, limit, offset));
    const stateMachineVersions = items.map((version) => ({
      stateMachineVersionArn: version.arn,
      creationDate: seconds(version.createdAt),
    }));
    return { stateMachineVersions, ...(nextToken && { nextToken }) };
  },
  DeleteStateMachineVersion: (input) => {
    versions.deleteVersion(arnIn(input, 'stateMachineVersionArn', 'stateMachine'));
    return {};
  },
});

const aliasOperations = (versions: Versions): OperationTable => ({
  CreateStateMachineAlias: (input) => {
    const name = anyText(input, 'name');
    const routes = routesIn(input);
    if (!routes) throw refused('null', 'routingConfiguration', 'not be null');
    const machineArn = versions.machineOf(routes);
    const description = optionalText(input, 'description');
    const existing = versions.findAlias(`${machineArn}:${name}`);
    if (existing && existing.description === description && isSame(existing.routes, routes))
      return { stateMachineAliasArn: existing.arn, creationDate: seconds(existing.createdAt) };
    if (existing) {
      throw new AwsError(
        'ConflictException',
        `Failed to create alias because an alias with the same name and a different routing configuration already exists.`,
      );
    }
    const alias = versions.setAlias(name, machineArn, { routes, description });
    return { stateMachineAliasArn: alias.arn, creationDate: seconds(alias.createdAt) };
  },
  UpdateStateMachineAlias: (input) => {
    const change = { routes: routesIn(input), description: optionalText(input, 'description') };
    const { name, machineArn } = versions.alias(aliasIn(input));
    if (change.routes && versions.machineOf(change.routes) !== machineArn)
      throw new AwsError(
        'ValidationException',
        'Routing configuration must contain versions of the state machine of the alias.',
      );
    return { updateDate: seconds(versions.setAlias(name, machineArn, change).updatedAt) };
  },
  DescribeStateMachineAlias: (input) => described(versions.alias(aliasIn(input))),
  ListStateMachineAliases: (input) => {
    const arn = machineIn(input);
    const { items, nextToken } = page(input, (limit, offset) => versions.aliases(arn).slice(offset, offset + limit));
    const stateMachineAliases = items.map((alias) => ({
      stateMachineAliasArn: alias.arn,
      creationDate: seconds(alias.createdAt),
    }));
    return { stateMachineAliases, ...(nextToken && { nextToken }) };
  },
  DeleteStateMachineAlias: (input) => {
    versions.deleteAlias(aliasIn(input));
    return {};
  },
});

export const versionAndAliasOperations = (versions: Versions): OperationTable => ({
  ...versionOperations(versions),
  ...aliasOperations(versions),
});
