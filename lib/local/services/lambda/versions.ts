// Published versions, each with the code and settings of its publication, and the aliases that point at them.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
import { util } from '../../late-modules.ts';
import type { OperationTable } from '../../operation-table.ts';
import { pageOf } from '../../page.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { type FunctionRecord, functionArn, LATEST, pageAsked, read, shownFunction } from './function-record.ts';
import { codeStore } from './published-code.ts';

interface Version {
  readonly record: FunctionRecord;
  /** Of the function as it was published; kept since the version may be described in other words. */
  readonly settings?: Settings;
  /** Of the folder's content. */
  readonly codeSha256: string;
}

interface Alias {
  readonly functionName: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

export interface Versions {
  readonly operations: OperationTable;
  /** The version that a number, or an alias of this name, stands for. */
  of(name: string, qualifier: string): FunctionRecord | undefined;
  /** A version of the function as it is now: a new one where something has changed. */
  publish(input: Shape): Shape;
  /** Deletes one version. Throws ResourceConflictException while an alias points at it. */
  remove(name: string, version: string): void;
  /** Deletes what belongs to a function that is gone. */
  removeAll(name: string): void;
}

const VERSION_DIGITS = 20; // of a number in the order of versions, before which $LATEST comes

const missing = (what: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Cannot find ${what}`, 404, { Type: 'User' });

const conflict = (message: string): AwsError =>
  new AwsError('ResourceConflictException', message, 409, { Type: 'User' });

type Settings = Omit<FunctionRecord, 'directory' | 'revision' | 'modifiedMs' | 'version'>;

/** What a version shares with another when publishing again makes nothing new. */
const settingsOf = ({
  directory: _,
  revision: __,
  modifiedMs: ___,
  version: ____,
  ...settings
}: FunctionRecord): Settings => settings;

/** `latest` gives the function as it is now; `retire` is told the identity of each version that goes. */
export const lambdaVersions = (
  context: EngineContext,
  latest: (input: Shape) => FunctionRecord,
  retire: (identity: string) => void,
): Versions => {
  const versions = storedMap<Version>(context.database, 'lambda_versions');
  const aliases = storedMap<Alias>(context.database, 'lambda_aliases');
  /** The highest number given so far: numbers are not given twice. */
  const last = storedMap<number>(context.database, 'lambda_last_versions');
  const code = codeStore(context);

  const publish = (input: Shape): Shape => {
    const current = latest(input);
    const codeSha256 = code.keep(current.directory);
    const number = last.get(current.name) ?? 0;
    const before = versions.get(`${current.name}:${number}`);
    // As on AWS: a function that has not changed gives the version that there is.
    const settings = settingsOf(current);
    const isSame = (one: Version): boolean =>
      one.codeSha256 === codeSha256 && util().isDeepStrictEqual(one.settings ?? settingsOf(one.record), settings);
    if (before && isSame(before)) return shownFunction(context, before.record);
    const version = String(number + 1);
    const record: FunctionRecord = {
      ...current,
      version,
      directory: code.folderOf(codeSha256),
      description: read.optionalText(input, 'Description') ?? current.description,
    };
    versions.set(`${current.name}:${version}`, { record, codeSha256, settings });
    last.set(current.name, number + 1);
    return shownFunction(context, record);
  };

  const ofFunction = (name: string): readonly FunctionRecord[] =>
    versions.values().flatMap(({ record }) => (record.name === name ? [record] : []));

  const forget = ({ name, version }: FunctionRecord): void => {
    versions.delete(`${name}:${version}`);
    retire(`${name}:${version}`);
  };

  const aliasKey = (name: string, alias: string): string => `${name}:${alias}`;

  const aliasOf = (input: Shape): Alias => {
    const { name } = latest(input);
    const alias = aliases.get(aliasKey(name, read.text(input, 'Name')));
    if (alias) return alias;
    throw missing(`alias arn: ${functionArn(context, aliasKey(name, read.text(input, 'Name')))}`);
  };

  const shownAlias = ({ functionName, name, version, description }: Alias): Shape => ({
    AliasArn: functionArn(context, aliasKey(functionName, name)),
    Name: name,
    FunctionVersion: version,
    Description: description,
  });

  const storeAlias = (alias: Alias): Shape => {
    const { functionName, name, version } = alias;
    if (version !== LATEST && !versions.has(`${functionName}:${version}`))
      throw missing(`version ${version} of ${functionArn(context, functionName)}`);
    aliases.set(aliasKey(functionName, name), alias);
    return shownAlias(alias);
  };

  return {
    of: (name, qualifier) => {
      const version = aliases.get(aliasKey(name, qualifier))?.version ?? qualifier;
      return version === LATEST ? latest({ FunctionName: name }) : versions.get(`${name}:${version}`)?.record;
    },
    publish,
    remove: (name, version) => {
      const found = versions.get(`${name}:${version}`);
      if (!found) return; // AWS answers 204 for a version that it does not have
      const used = aliases.values().find((alias) => alias.functionName === name && alias.version === version);
      if (used) throw conflict(`Version ${version} can not be deleted because it is used by the alias ${used.name}`);
      forget(found.record);
    },
    removeAll: (name) => {
      for (const alias of aliases.values()) if (alias.functionName === name) aliases.delete(aliasKey(name, alias.name));
      for (const record of ofFunction(name)) forget(record);
      last.delete(name);
    },
    operations: {
      PublishVersion: publish,
      ListVersionsByFunction: (input) => {
        const current = latest(input);
        const all = [current, ...ofFunction(current.name)];
        const { items, next } = pageOf(
          all,
          ({ version = LATEST }) => version.padStart(VERSION_DIGITS, '0'),
          pageAsked(input),
        );
        return {
          Versions: items.map((record) => shownFunction(context, record)),
          ...(next !== undefined && { NextMarker: next }),
        };
      },
      CreateAlias: (input) => {
        const { name: functionName } = latest(input);
        const name = read.text(input, 'Name');
        if (aliases.has(aliasKey(functionName, name)))
          throw conflict(`Alias already exists: ${functionArn(context, aliasKey(functionName, name))}`);
        return storeAlias({
          functionName,
          name,
          version: read.text(input, 'FunctionVersion'),
          description: read.optionalText(input, 'Description') ?? '',
        });
      },
      UpdateAlias: (input) => {
        const before = aliasOf(input);
        return storeAlias({
          ...before,
          version: read.optionalText(input, 'FunctionVersion') ?? before.version,
          description: read.optionalText(input, 'Description') ?? before.description,
        });
      },
      GetAlias: (input) => shownAlias(aliasOf(input)),
      ListAliases: (input) => {
        const { name } = latest(input);
        const version = read.optionalText(input, 'FunctionVersion');
        const found = aliases.values().filter((alias) => {
          return alias.functionName === name && (version === undefined || alias.version === version);
        });
        const { items, next } = pageOf(found, (alias) => alias.name, pageAsked(input));
        return { Aliases: items.map(shownAlias), ...(next !== undefined && { NextMarker: next }) };
      },
      DeleteAlias: (input) => {
        const { functionName, name } = aliasOf(input);
        aliases.delete(aliasKey(functionName, name));
        return {};
      },
    },
  };
};
