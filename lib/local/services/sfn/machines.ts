// State machines: created, updated, described, listed, deleted. A running execution keeps the revision it started with.
import { atomically } from '../../atomically.ts';
import { late, util } from '../../late-modules.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { type Parsed, parseDefinition } from '../../states/parse/definition.ts';
import { type Diagnostic, mistakeText } from '../../states/parse/diagnostics.ts';
import type { StateMachine } from '../../states/parse/machine.ts';
import type { StoredMap } from '../../stored-map.ts';
import { uuid } from '../../uuid.ts';

const storedMaps = late<typeof import('../../stored-map.ts')>(import.meta.url, '../../stored-map.ts');

export interface MachineRow {
  readonly arn: string;
  readonly name: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly status: string;
  readonly revision: string;
  readonly createdAt: number;
  readonly settings: Shape;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Revision {
  readonly id: string;
  readonly machineArn: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly createdAt: number;
}

export interface NewMachine {
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly settings: Shape;
  readonly tags: Readonly<Record<string, string>>;
}

/** What AWS says of a machine that says nothing itself (recorded by LocalStack's tests: test_sfn_api_logs, test_sfn_api_variable_references). */
const DEFAULTS: Readonly<Record<string, Shape>> = {
  encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  loggingConfiguration: { includeExecutionData: false, level: 'OFF' },
  tracingConfiguration: { enabled: false },
};

const isSameShape = (one: Shape, other: Shape): boolean => util().isDeepStrictEqual(one, other);

const withDefaults = (settings: Shape): Shape =>
  Object.fromEntries(Object.entries(DEFAULTS).map(([name, all]) => [name, { ...all, ...Object(settings[name]) }]));

export class Machines {
  readonly #context: EngineContext;
  /** Whether a Standard execution of the machine runs. */
  readonly #runs: (arn: string) => boolean;
  readonly #parsed = new Map<string, StateMachine>();
  readonly #rows = new Map<string, MachineRow>();
  readonly #revisions = new Map<string, Revision>();
  /** The settings of revisions that are a machine's no more: most engines have none. */
  #past: StoredMap<Shape> | undefined;

  constructor(context: EngineContext, runs: (arn: string) => boolean) {
    this.#context = context;
    this.#runs = runs;
  }

  parse(definition: string, express: boolean, alone = false): Parsed {
    const { clock } = this.#context;
    const ambient = { now: () => clock.now(), random: () => this.#context.random() };
    return parseDefinition(definition, { express, ambient, alone });
  }

  arnOf(name: string): string {
    return `arn:aws:states:${this.#context.region}:${this.#context.account}:stateMachine:${name}`;
  }

  find(arn: string): MachineRow | undefined {
    const known = this.#rows.get(arn);
    if (known) return known;
    const row = this.#context.database.prepare('SELECT * FROM sfn_machines WHERE arn = ?').get(arn);
    if (!row) return undefined;
    const machine = rowOf(row);
    if (isDeleting(machine)) {
      if (this.#runs(arn)) return machine;
      this.#remove(arn); // nobody asked since its last execution ended
      return undefined;
    }
    this.#rows.set(arn, machine);
    return machine;
  }

  /** Throws StateMachineDoesNotExist. */
  get(arn: string): MachineRow {
    const machine = this.find(arn);
    if (machine) return machine;
    throw doesNotExist(arn);
  }

  /** One that is not being deleted. Throws StateMachineDoesNotExist, StateMachineDeleting. */
  active(arn: string): MachineRow {
    return checkActive(this.get(arn));
  }

  list(limit: number, offset: number): MachineRow[] {
    const { database } = this.#context;
    for (const { arn } of database.prepare("SELECT arn FROM sfn_machines WHERE status = 'DELETING'").all())
      this.find(String(arn));
    const rows = database.prepare('SELECT * FROM sfn_machines ORDER BY name LIMIT ? OFFSET ?').all(limit, offset);
    return rows.map(rowOf);
  }

  revision(id: string): Revision {
    const known = this.#revisions.get(id);
    if (known) return known;
    const row = this.#context.database.prepare('SELECT * FROM sfn_revisions WHERE id = ?').get(id);
    if (!row) throw new Error(`no revision ${id}`);
    const revision: Revision = {
      id,
      machineArn: String(row.machine_arn),
      definition: String(row.definition),
      roleArn: String(row.role_arn),
      createdAt: Number(row.created_at),
    };
    this.#revisions.set(id, revision);
    return revision;
  }

  /** A revision has settings too: a version is published with them. */
  settingsOf(machine: MachineRow, revision: string): Shape {
    return revision === machine.revision ? machine.settings : (this.#pastSettings().get(revision) ?? machine.settings);
  }

  /** The runnable machine of a revision, parsed once. */
  runnable(revision: Revision, express: boolean): StateMachine {
    const known = this.#parsed.get(revision.id);
    if (known) return known;
    const parsed = this.#checked(revision.definition, express);
    this.#parsed.set(revision.id, parsed);
    return parsed;
  }

  /** AWS: creating what exists with the same definition, type and settings gives what exists, whatever its role and tags. */
  create(machine: NewMachine): MachineRow {
    this.#checked(machine.definition, machine.type === 'EXPRESS');
    const arn = this.arnOf(machine.name);
    const existing = this.find(arn);
    if (existing) {
      checkActive(existing);
      const revision = this.revision(existing.revision);
      const isSame =
        revision.definition === machine.definition &&
        existing.type === machine.type &&
        isSameShape(existing.settings, withDefaults(machine.settings));
      if (isSame) return existing;
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    const now = this.#context.clock.now();
    const revision = this.#revise(arn, machine.definition, machine.roleArn, now);
    this.#context.database
      .prepare(
        'INSERT INTO sfn_machines (arn, name, type, status, revision, created_at, settings, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        arn,
        machine.name,
        machine.type,
        'ACTIVE',
        revision,
        now,
        JSON.stringify(machine.settings),
        JSON.stringify(machine.tags),
      );
    return this.get(arn);
  }

  /** AWS: where nothing changes, the revision stays. */
  update(
    arn: string,
    change: { definition?: string | undefined; roleArn?: string | undefined; settings: Shape },
  ): Revision {
    const machine = this.active(arn);
    const before = this.revision(machine.revision);
    const definition = change.definition ?? before.definition;
    if (change.definition !== undefined) this.#checked(definition, machine.type === 'EXPRESS');
    const roleArn = change.roleArn ?? before.roleArn;
    const settings = withDefaults({ ...machine.settings, ...change.settings });
    const isSame = definition === before.definition && roleArn === before.roleArn;
    if (isSame && isSameShape(settings, machine.settings)) return before;
    const now = Math.max(this.#context.clock.now(), machine.createdAt + 1); // by its time it is told from the first
    const revision = this.#revise(arn, definition, roleArn, now);
    this.#pastSettings().set(machine.revision, machine.settings);
    this.#context.database
      .prepare('UPDATE sfn_machines SET revision = ?, settings = ? WHERE arn = ?')
      .run(revision, JSON.stringify(settings), arn);
    this.#rows.delete(arn);
    return this.revision(revision);
  }

  /** `forget` what names it. It is gone once none of its Standard executions `runs`: they go on with the revisions that they have. */
  delete(arn: string, forget: () => void, runs = this.#runs(arn)): void {
    const { database } = this.#context;
    atomically(database, () => {
      forget();
      if (runs) database.prepare("UPDATE sfn_machines SET status = 'DELETING' WHERE arn = ?").run(arn);
      else this.#remove(arn);
    });
    this.#rows.delete(arn);
  }

  #remove(arn: string): void {
    this.#context.database.prepare('DELETE FROM sfn_machines WHERE arn = ?').run(arn);
    this.#rows.delete(arn);
  }

  tag(arn: string, tags: Readonly<Record<string, string>>): void {
    this.#context.database.prepare('UPDATE sfn_machines SET tags = ? WHERE arn = ?').run(JSON.stringify(tags), arn);
    this.#rows.delete(arn);
  }

  #pastSettings(): StoredMap<Shape> {
    this.#past ??= storedMaps().storedMap<Shape>(this.#context.database, 'sfn_past_settings');
    return this.#past;
  }

  #revise(arn: string, definition: string, roleArn: string, now: number): string {
    const id = uuid(() => this.#context.random());
    this.#context.database
      .prepare('INSERT INTO sfn_revisions (id, machine_arn, definition, role_arn, created_at) VALUES (?, ?, ?, ?, ?)')
      .run(id, arn, definition, roleArn, now);
    return id;
  }

  #checked(definition: string, express: boolean): StateMachine {
    const parsed = this.parse(definition, express);
    if (parsed.ok) return parsed.machine;
    throw invalidDefinition(parsed.diagnostics);
  }
}

export const doesNotExist = (arn: string): AwsError =>
  new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);

const isDeleting = ({ status }: MachineRow): boolean => status === 'DELETING';

/** Throws StateMachineDeleting. */
export const checkActive = (machine: MachineRow): MachineRow => {
  if (!isDeleting(machine)) return machine;
  throw new AwsError('StateMachineDeleting', `State Machine is being deleted: '${machine.arn}'`);
};

export const invalidDefinition = (diagnostics: readonly Diagnostic[]): AwsError =>
  new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${diagnostics.map(mistakeText).join(', ')}'`);

const rowOf = (row: Record<string, unknown>): MachineRow => ({
  arn: String(row.arn),
  name: String(row.name),
  type: row.type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
  status: String(row.status),
  revision: String(row.revision),
  createdAt: Number(row.created_at),
  settings: withDefaults(JSON.parse(String(row.settings)) as Shape),
  tags: JSON.parse(String(row.tags)) as Record<string, string>,
});
