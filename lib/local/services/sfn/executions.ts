// Executions: started, awaited, stopped, carried on after a restart.
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { PAYLOAD_LIMIT } from '../../states/errors.ts';
import { uuidFrom } from '../../states/expressions/uuid.ts';
import type { Journal } from '../../states/history/journal.ts';
import { isLongerThan, Payload } from '../../states/json.ts';
import { type Drive, drive, type Outcome } from '../../states/machine/driver.ts';
import { Execution, type Host } from '../../states/machine/execution.ts';
import type { Lifetime } from '../../states/machine/lifetime.ts';
import { describeExecution, statusChange } from './descriptions.ts';
import { type ExecutionRow, ExecutionRows } from './execution-rows.ts';
import type { MachineRow, Machines } from './machines.ts';

interface Live {
  readonly row: ExecutionRow;
  readonly execution: Execution;
  readonly drive: Drive;
}

export class Executions {
  readonly rows: ExecutionRows;
  readonly #context: EngineContext;
  readonly #machines: Machines;
  readonly #journal: Journal;
  readonly #host: () => Host;
  readonly #live = new Map<string, Live>();
  readonly #waiting = new Map<string, Set<(row: ExecutionRow) => void>>();

  constructor(context: EngineContext, machines: Machines, journal: Journal, host: () => Host) {
    this.#context = context;
    this.#machines = machines;
    this.#journal = journal;
    this.#host = host;
    this.rows = new ExecutionRows(context.database);
  }

  /** Starts a Standard execution; on disk when the promise resolves. The same name and input while it runs: the same one. */
  async start(machine: MachineRow, name: string, input: string): Promise<ExecutionRow> {
    const payload = parseInput(input);
    const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const existing = this.#live.get(arn)?.row ?? this.rows.find(arn);
    if (existing) {
      if (existing.status === 'RUNNING' && existing.input === input) return existing;
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const row: ExecutionRow = {
      id: this.rows.nextId(),
      arn,
      name,
      machineArn: machine.arn,
      revision: machine.revision,
      status: 'RUNNING',
      input,
      output: undefined,
      error: undefined,
      cause: undefined,
      startedAt: this.#context.clock.now(),
      stoppedAt: undefined,
      redriveCount: 0,
      redrivenAt: undefined,
      mapRun: undefined,
      childIndex: undefined,
      items: undefined,
    };
    this.#journal.also(() => this.rows.insert(row));
    this.#context.emit(statusChange(row));
    this.#run(row, machine, payload);
    await this.#journal.commit();
    return row;
  }

  find(arn: string): ExecutionRow | undefined {
    const live = this.#live.get(arn);
    if (live) return live.row;
    this.#journal.flush();
    return this.rows.find(arn);
  }

  /** Throws ExecutionDoesNotExist. */
  get(arn: string): ExecutionRow {
    const row = this.find(arn);
    if (row) return row;
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }

  async stop(arn: string, error: string | undefined, cause: string | undefined): Promise<number> {
    this.get(arn);
    this.#live.get(arn)?.drive.stop(error, cause);
    await this.#journal.commit();
    return this.get(arn).stoppedAt ?? this.#context.clock.now();
  }

  /** DescribeExecution's answer once the execution has ended. */
  ended(arn: string, lifetime: Lifetime): Promise<Shape> {
    const row = this.get(arn);
    if (row.status !== 'RUNNING') return Promise.resolve(describeExecution(row));
    return lifetime.until((resolve) => {
      const waiting = this.#waiting.get(arn) ?? new Set();
      this.#waiting.set(arn, waiting);
      const tell = (ended: ExecutionRow) => resolve(describeExecution(ended));
      waiting.add(tell);
      return () => waiting.delete(tell);
    });
  }

  /** Ends what runs without a trace: after the next start it carries on. */
  close(): void {
    for (const { execution } of this.#live.values()) execution.lifetime.end();
    this.#live.clear();
  }

  #run(row: ExecutionRow, machine: MachineRow, input: Payload): void {
    const revision = this.#machines.revision(row.revision);
    const execution = new Execution(
      {
        row: row.id,
        arn: row.arn,
        name: row.name,
        machineArn: row.machineArn,
        machineName: machine.name,
        roleArn: revision.roleArn,
        express: false,
        startedAt: row.startedAt,
        redriveCount: row.redriveCount,
        input,
      },
      this.#machines.runnable(revision, false),
      this.#host(),
    );
    const live = drive(execution, (outcome) => this.#end(row, outcome), crash);
    this.#live.set(row.arn, { row, execution, drive: live });
  }

  #end(row: ExecutionRow, outcome: Outcome): void {
    const stoppedAt = this.#context.clock.now();
    this.#journal.also(() => this.rows.close(row.id, outcome, stoppedAt));
    const closed: ExecutionRow = {
      ...row,
      status: outcome.status,
      output: outcome.output?.text,
      error: outcome.error,
      cause: outcome.cause,
      stoppedAt,
    };
    this.#live.delete(row.arn);
    // Nobody hears of the end before it is on disk.
    void this.#journal.commit().then(() => {
      this.#context.emit(statusChange(closed));
      const waiting = this.#waiting.get(row.arn);
      this.#waiting.delete(row.arn);
      for (const tell of waiting ?? []) tell(closed);
    });
  }

  newName(): string {
    return uuidFrom(() => this.#context.random());
  }
}

/** A bug of the interpreter, or a full disk: nothing that an execution could be blamed for. */
const crash = (thrown: unknown): void => {
  queueMicrotask(() => {
    throw thrown;
  });
};

/** Throws InvalidExecutionInput. */
export const parseInput = (input: string): Payload => {
  const payload = Payload.parse(input);
  try {
    void payload.value;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
  }
  if (isLongerThan(input, PAYLOAD_LIMIT)) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${PAYLOAD_LIMIT}`,
    );
  }
  return payload;
};
