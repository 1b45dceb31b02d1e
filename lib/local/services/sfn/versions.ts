// Versions and aliases: names for revisions of a machine that stay what they are.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-cd-aliasing-versioning.html
import { AwsError, type EngineContext } from '../../service.ts';
import { checkRoutes, type Route } from './alias-routes.ts';
import { isInitial } from './descriptions.ts';
import type { ListFilter } from './execution-rows.ts';
import { doesNotExist, type MachineRow, type Machines } from './machines.ts';
import { checkArn, checkWhole } from './requests.ts';

export interface VersionRow {
  readonly arn: string;
  readonly machineArn: string;
  readonly number: number;
  readonly revision: string;
  readonly description: string | undefined;
  readonly createdAt: number;
}

export interface AliasRow {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly description: string | undefined;
  readonly routes: readonly Route[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What an ARN names that may end in a version or an alias. */
export interface Qualified {
  readonly machine: MachineRow;
  readonly versionArn: string | undefined;
  readonly aliasArn: string | undefined;
}

const QUALIFIED = /^(arn:[^:]+:states:[^:]*:[^:]*:stateMachine:[^:]+):([^:]+)$/;

const textOf = (value: unknown) => (value === null ? undefined : String(value));

const versionOf = (row: Record<string, unknown>): VersionRow => ({
  arn: `${row.machine_arn}:${row.number}`,
  machineArn: String(row.machine_arn),
  number: Number(row.number),
  revision: String(row.revision),
  description: textOf(row.description),
  createdAt: Number(row.created_at),
});

const aliasOf = (row: Record<string, unknown>): AliasRow => ({
  arn: `${row.machine_arn}:${row.name}`,
  name: String(row.name),
  machineArn: String(row.machine_arn),
  description: textOf(row.description),
  routes: JSON.parse(String(row.routes)) as Route[],
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at),
});

const absent = () => new AwsError('ResourceNotFound', 'Request references a resource that does not exist.');

export class Versions {
  readonly #context: EngineContext;
  readonly #machines: Machines;

  constructor(context: EngineContext, machines: Machines) {
    this.#context = context;
    this.#machines = machines;
  }

  /** The machine at the revision that `arn` names: its own, a version, or one that an alias leads to. Throws InvalidArn. */
  resolve(arn: string): Qualified {
    const unqualified = this.#machines.find(arn); // most are, and a machine's name has no colon
    if (unqualified) return { machine: unqualified, versionArn: undefined, aliasArn: undefined };
    const [, machineArn = arn, qualifier] = QUALIFIED.exec(checkWhole(checkArn(arn, 'stateMachine'))) ?? [];
    const machine = this.#machines.get(machineArn);
    if (qualifier === undefined) return { machine, versionArn: undefined, aliasArn: undefined };
    const aliasArn = /^\d+$/.test(qualifier) ? undefined : arn;
    const alias = aliasArn === undefined ? undefined : this.findAlias(aliasArn);
    const version = aliasArn === undefined ? this.findVersion(arn) : alias && this.version(this.#choose(alias));
    if (!version) throw doesNotExist(arn);
    const { revision } = version;
    const settings = this.#machines.settingsOf(machine, revision);
    return { machine: { ...machine, revision, settings }, versionArn: version.arn, aliasArn };
  }

  /** The type of the machine that `arn` names, and what the executions that were started by `arn` have in common. */
  startedBy(arn: string): Pick<ListFilter, 'machineArn' | 'versionArn' | 'aliasArn'> & { type: MachineRow['type'] } {
    const [, machineArn = arn, qualifier] = QUALIFIED.exec(arn) ?? [];
    const { type } = this.#machines.get(machineArn);
    if (qualifier === undefined) return { type, machineArn };
    return /^\d+$/.test(qualifier)
      ? { type, versionArn: this.version(arn).arn }
      : { type, aliasArn: this.alias(arn).arn };
  }

  /** AWS: publishing what is published already gives that version. Numbers are never used again. */
  publish(machineArn: string, description: string | undefined, expected?: string): VersionRow {
    const machine = this.#machines.active(machineArn);
    const { revision } = machine;
    const current = isInitial(machine, this.#machines.revision(revision)) ? 'INITIAL' : revision;
    if (expected !== undefined && expected !== current) {
      throw new AwsError(
        'ConflictException',
        `Failed to publish the State Machine version for revision ${expected}. The current State Machine revision is ${current}.`,
      );
    }
    const { database, clock } = this.#context;
    const existing = database
      .prepare('SELECT * FROM sfn_versions WHERE machine_arn = ? AND revision = ? AND deleted = 0')
      .get(machineArn, revision);
    if (existing) return versionOf(existing);
    const last = database.prepare('SELECT max(number) AS last FROM sfn_versions WHERE machine_arn = ?').get(machineArn);
    const number = Number(last?.last ?? 0) + 1;
    database
      .prepare(
        'INSERT INTO sfn_versions (machine_arn, number, revision, description, created_at, deleted) VALUES (?, ?, ?, ?, ?, 0)',
      )
      .run(machineArn, number, revision, description ?? null, clock.now());
    return this.version(`${machineArn}:${number}`);
  }

  findVersion(arn: string): VersionRow | undefined {
    const [, machineArn = '', number = ''] = QUALIFIED.exec(arn) ?? [];
    const row = this.#context.database
      .prepare('SELECT * FROM sfn_versions WHERE machine_arn = ? AND number = ? AND deleted = 0')
      .get(machineArn, Number(number));
    return row && versionOf(row);
  }

  /** Throws ResourceNotFound. */
  version(arn: string): VersionRow {
    const version = this.findVersion(arn);
    if (!version) throw absent();
    return version;
  }

  /** Newest first. */
  versions(machineArn: string, limit: number, offset: number): VersionRow[] {
    return this.#context.database
      .prepare('SELECT * FROM sfn_versions WHERE machine_arn = ? AND deleted = 0 ORDER BY number DESC LIMIT ? OFFSET ?')
      .all(machineArn, limit, offset)
      .map(versionOf);
  }

  /** AWS: one that is not there is gone already. */
  deleteVersion(arn: string): void {
    const version = this.findVersion(arn);
    if (!version) return;
    const users = this.aliases(arn);
    if (users.length > 0) {
      throw new AwsError(
        'ConflictException',
        `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${users.map(({ name }) => name).join(', ')}]`,
      );
    }
    this.#context.database
      .prepare('UPDATE sfn_versions SET deleted = 1 WHERE machine_arn = ? AND number = ?')
      .run(version.machineArn, version.number);
  }

  /** Of a machine that goes. */
  forget(machineArn: string): void {
    const { database } = this.#context;
    database.prepare('UPDATE sfn_versions SET deleted = 1 WHERE machine_arn = ?').run(machineArn);
    database.prepare('DELETE FROM sfn_aliases WHERE machine_arn = ?').run(machineArn);
  }

  /** The machine that `routes` lead into. Throws ValidationException. */
  machineOf(routes: readonly Route[]): string {
    return checkRoutes(routes, (arn) => this.findVersion(arn)?.machineArn);
  }

  /** Creates the alias, or changes what of it is given. Its routes have been checked. */
  setAlias(
    name: string,
    machineArn: string,
    change: { description?: string | undefined; routes?: readonly Route[] | undefined },
  ): AliasRow {
    const { database, clock } = this.#context;
    const arn = `${machineArn}:${name}`;
    const before = this.findAlias(arn);
    const routes = change.routes ?? before?.routes ?? [];
    database
      .prepare(
        'INSERT OR REPLACE INTO sfn_aliases (machine_arn, name, description, routes, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(
        machineArn,
        name,
        change.description ?? before?.description ?? null,
        JSON.stringify(routes),
        before?.createdAt ?? clock.now(),
        clock.now(),
      );
    return this.alias(arn);
  }

  findAlias(arn: string): AliasRow | undefined {
    const [, machineArn = '', name = ''] = QUALIFIED.exec(arn) ?? [];
    const row = this.#context.database
      .prepare('SELECT * FROM sfn_aliases WHERE machine_arn = ? AND name = ?')
      .get(machineArn, name);
    return row && aliasOf(row);
  }

  /** Throws ResourceNotFound. */
  alias(arn: string): AliasRow {
    const alias = this.findAlias(arn);
    if (!alias) throw absent();
    return alias;
  }

  /** Of a machine, or those that lead to a version of it. Throws StateMachineDoesNotExist, StateMachineDeleting. */
  aliases(arn: string): AliasRow[] {
    const [, machineArn = arn, version] = QUALIFIED.exec(arn) ?? [];
    this.#machines.active(machineArn);
    const all = this.#context.database
      .prepare('SELECT * FROM sfn_aliases WHERE machine_arn = ? ORDER BY name')
      .all(machineArn)
      .map(aliasOf);
    if (version === undefined) return all;
    return all.filter(({ routes }) => routes.some(({ stateMachineVersionArn }) => stateMachineVersionArn === arn));
  }

  /** AWS: one that is not there is gone already. */
  deleteAlias(arn: string): void {
    const [, machineArn = '', name = ''] = QUALIFIED.exec(arn) ?? [];
    this.#context.database.prepare('DELETE FROM sfn_aliases WHERE machine_arn = ? AND name = ?').run(machineArn, name);
  }

  #choose({ routes }: AliasRow): string {
    let left = this.#context.random() * 100;
    for (const { stateMachineVersionArn, weight } of routes) {
      left -= weight;
      if (left < 0) return stateMachineVersionArn;
    }
    return routes.at(-1)?.stateMachineVersionArn ?? '';
  }
}
