// The operations on versions and aliases.
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type Shape } from '../../service.ts';
import { page } from './pages.ts';
import { checkName, optionalText, seconds, text } from './requests.ts';
import type { AliasRow, Route, Versions } from './versions.ts';

const routesOf = (input: Shape): readonly Route[] | undefined =>
  Array.isArray(input.routingConfiguration) ? (input.routingConfiguration as Route[]) : undefined;

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
      text(input, 'stateMachineArn'),
      optionalText(input, 'description'),
      optionalText(input, 'revisionId'),
    );
    return { stateMachineVersionArn: version.arn, creationDate: seconds(version.createdAt) };
  },
  ListStateMachineVersions: (input) => {
    const arn = text(input, 'stateMachineArn');
    const { items, nextToken } = page(input, (limit, offset) => versions.versions(arn, limit, offset));
    const stateMachineVersions = items.map((version) => ({
      stateMachineVersionArn: version.arn,
      creationDate: seconds(version.createdAt),
    }));
    return { stateMachineVersions, ...(nextToken && { nextToken }) };
  },
  DeleteStateMachineVersion: (input) => {
    versions.deleteVersion(text(input, 'stateMachineVersionArn'));
    return {};
  },
});

const aliasOperations = (versions: Versions): OperationTable => ({
  CreateStateMachineAlias: (input) => {
    const name = checkName(text(input, 'name'));
    if (/^\d+$/.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`); // that would be a version
    const routes = routesOf(input) ?? [];
    const [first] = routes;
    if (!first)
      throw new AwsError(
        'ValidationException',
        "Value null at 'routingConfiguration' failed to satisfy constraint: Member must not be null",
      );
    const machineArn = versions.version(first.stateMachineVersionArn).machineArn;
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
    const { name, machineArn } = versions.alias(text(input, 'stateMachineAliasArn'));
    const change = { routes: routesOf(input), description: optionalText(input, 'description') };
    return { updateDate: seconds(versions.setAlias(name, machineArn, change).updatedAt) };
  },
  DescribeStateMachineAlias: (input) => described(versions.alias(text(input, 'stateMachineAliasArn'))),
  ListStateMachineAliases: (input) => {
    const arn = text(input, 'stateMachineArn');
    const { items, nextToken } = page(input, (limit, offset) => versions.aliases(arn).slice(offset, offset + limit));
    const stateMachineAliases = items.map((alias) => ({
      stateMachineAliasArn: alias.arn,
      creationDate: seconds(alias.createdAt),
    }));
    return { stateMachineAliases, ...(nextToken && { nextToken }) };
  },
  DeleteStateMachineAlias: (input) => {
    versions.deleteAlias(text(input, 'stateMachineAliasArn'));
    return {};
  },
});

export const versionAndAliasOperations = (versions: Versions): OperationTable => ({
  ...versionOperations(versions),
  ...aliasOperations(versions),
});
