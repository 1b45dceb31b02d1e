// Executions: started, awaited, stopped, carried on after a restart.
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { ExecutionLog } from '../../states/history/encoding.ts';
import type { Journal } from '../../states/history/journal.ts';
import { isEvent, type LogRecord } from '../../states/history/record.ts';
import { awaitedExecutions, foldLog, outstandingTokens } from '../../states/history/resume.ts';
import type { Tokens } from '../../states/integrations/tokens.ts';
import { Payload } from '../../states/json.ts';
import type { Outcome } from '../../states/machine/closed.ts';
import { type Drive, drive } from '../../states/machine/driver.ts';
import { Execution, type Host } from '../../states/machine/execution.ts';
import type { Lifetime } from '../../states/machine/lifetime.ts';
import type { StateMachine } from '../../states/parse/machine.ts';
import { uuid } from '../../uuid.ts';
import { describeExecution, REDRIVEN, redrivenWith, redriveRefusal, statusChange } from './descriptions.ts';
import { AwaitedEnds, EndedRows } from './ended-rows.ts';
import type { Logged } from './execution-logs.ts';
import {
  type ExecutionRow,
  ExecutionRows,
  identityOf,
  type NewExecution,
  rowOfEnded,
  rowOfNew,
  rowOfRedriven,
} from './execution-rows.ts';
import { LeftOver, managedBy, tellUntold } from './interrupted.ts';
import type { MachineRow, Machines } from './machines.ts';
import { closing, parseInput } from './requests.ts';
import { executionArn, nameOf, START, startMemo } from './row-from-log.ts';
import { YearLimit } from './year-limit.ts';

interface Live {
  readonly row: ExecutionRow;
  readonly execution: Execution;
  readonly drive: Drive;
}

/** What an execution runs. A child of a Distributed Map runs a part of its parent's machine. */
interface Program {
  readonly machine: StateMachine;
  readonly machineName: string;
  readonly roleArn: string;
}

export class Executions {
  readonly rows: ExecutionRows;
  readonly left = new LeftOver();
  readonly #context: EngineContext;
  readonly #machines: Machines;
  readonly #journal: Journal;
  readonly #tokens: Tokens;
  readonly #host: (of: Logged) => Host;
  readonly #endMapRun: (arn: string) => void;
  readonly #live = new Map<string, Live>();
  readonly #ended = new EndedRows();
  /** Those that have ended and whose rows do not say so yet. */
  readonly #closing = new Map<string, ExecutionRow>();
  readonly #year: YearLimit;
  #closed = false;
  readonly #waiting = new AwaitedEnds();

  constructor(
    context: EngineContext,
    machines: Machines,
    journal: Journal,
    tokens: Tokens,
    host: (of: Logged) => Host,
    endMapRun: (arn: string) => void,
  ) {
    this.#context = context;
    this.#machines = machines;
    this.#journal = journal;
    this.#tokens = tokens;
    this.#host = host;
    this.#endMapRun = endMapRun;
    this.rows = new ExecutionRows(context.database);
    this.#year = new YearLimit(context.clock, () => this.#live.values());
  }

  /**
   * Starts a Standard execution; on disk when the promise resolves. The same name and input while it runs: the same one.
   * `asked` is the name that is asked for, if any.
   */
  async start(
    machine: MachineRow,
    asked: string | undefined,
    input: string,
    by: Pick<ExecutionRow, 'versionArn' | 'aliasArn'>,
  ): Promise<ExecutionRow> {
    if (this.#closed) throw closing();
    const payload = parseInput(input);
    const name = asked ?? this.newName();
    const arn = executionArn(machine.arn, name);
    // A name that is made here is new. Nothing is flushed for the question: many starts share a transaction.
    const existing =
      asked === undefined ? undefined : (this.#live.get(arn)?.row ?? this.#closing.get(arn) ?? this.rows.find(arn));
    if (existing) {
      if (existing.status === 'RUNNING' && existing.input === input) {
        await this.#journal.commit(); // who asked first may not have been answered yet
        return existing;
      }
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const program = this.#program(machine.revision, machine.name);
    const row = this.launch(
      { arn, name, machineArn: machine.arn, revision: machine.revision, input, ...by },
      payload,
      program,
    );
    const written = this.#journal.commit();
    if (written !== undefined) await written;
    return row;
  }

  /** Starts an execution of `program`; it is in the journal with the next commit. */
  launch(about: NewExecution, input: Payload, program: Program): ExecutionRow {
    const row = rowOfNew(about, ++this.rows.lastId, this.#context.clock.now());
    this.#store(row);
    this.#open(row, program, input, []).go();
    return row;
  }

  /** Finds what ran when the engine went down, and whose tokens somebody may answer from now on. */
  expectTokens(): void {
    const check = (row: ExecutionRow): void => void this.#programOf(row);
    this.left.find({ ...this.#context, rows: this.rows, journal: this.#journal, tokens: this.#tokens, check });
  }

  /** Carries on what was found. Children of Distributed Maps follow with their parents, or end where those have ended. */
  resumeAll(): void {
    if (this.rows.lastId > 0) tellUntold(this.#context);
    for (const mapRun of this.left.mapRunsWithoutParent()) this.#abandon(mapRun);
    this.#drop(this.left.childrenWithoutMapRun());
    for (const row of [...this.left.executions.values()])
      if (row.mapRun === undefined) this.resume(row, this.#programOf(row));
  }

  /** Carries on with one that was left, or has been opened again. */
  resume(row: ExecutionRow, program: Program): void {
    this.#open(row, program, Payload.parse(row.input), this.#journal.read(row.id)).go();
  }

  /** Ends the children of a Map Run that has ended before it took them up. */
  abortLeft(mapRun: string, cause: string): void {
    if (!this.#closed) this.#drop(this.left.childrenOf(mapRun), undefined, cause);
  }

  /** Runs again what failed, was aborted or timed out, unless `clientToken` did so before. Throws ExecutionNotRedrivable. */
  async redrive(arn: string, clientToken: string | undefined): Promise<number> {
    if (this.#closed) throw closing();
    const [row, now] = [this.get(arn), this.#context.clock.now()];
    const events = this.#journal.read(row.id).filter(isEvent);
    const before = redrivenWith(events, clientToken, now);
    if (before !== undefined) return before; // on disk: it was read
    const refusal = redriveRefusal(row, now, events.at(-1)?.id ?? 0, this.#isDeleting(row));
    if (refusal !== undefined) throw new AwsError('ExecutionNotRedrivable', refusal);
    tellUntold(this.#context); // that it had ended comes before that it runs again
    this.reopen(row, this.#programOf(row), clientToken);
    await this.#journal.commit();
    return now;
  }

  /** Carries on with an execution that had ended, as a redrive. */
  reopen(row: ExecutionRow, program: Program, clientToken?: string): void {
    const now = this.#context.clock.now();
    const redriven = rowOfRedriven(row, now);
    this.#ended.delete(row.arn);
    const last = this.#journal.read(row.id).findLast(isEvent)?.id ?? 0;
    const log = new ExecutionLog(row.id);
    const about = {
      type: REDRIVEN,
      details: { redriveCount: redriven.redriveCount },
      memo: clientToken === undefined ? undefined : { clientToken },
    };
    this.#journal.append(log, { frame: 0, id: last + 1, previous: last, at: now, ...about });
    this.#journal.also(() => this.rows.reopen(row.id, now));
    this.#announce(redriven);
    this.resume(redriven, program);
  }

  find(arn: string): ExecutionRow | undefined {
    const live = this.#live.get(arn);
    if (live) return live.row;
    this.#journal.flush();
    return this.#ended.get(arn) ?? this.rows.find(arn);
  }

  /** Throws ExecutionDoesNotExist. */
  get(arn: string): ExecutionRow {
    const row = this.find(arn);
    if (row) return row;
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }

  /** Ends it as ABORTED, if it runs. */
  abort(arn: string, error?: string, cause?: string): void {
    const left = this.left.executions.get(arn);
    if (left) this.#drop([left], error, cause);
    else this.#live.get(arn)?.drive.stop(error, cause);
  }

  /** Ends what was left as if it had been carried on with, without doing so: nothing is called for it any more. */
  #drop(rows: readonly ExecutionRow[], error?: string, cause?: string): void {
    if (rows.some(({ mapRun }) => mapRun === undefined)) tellUntold(this.#context); // what was before comes first
    const logged = rows.map((row) => ({ row, log: this.#journal.read(row.id) })); // all first: to read is to write what is pending
    for (const { row, log } of logged) {
      this.#open(row, this.#programOf(row), Payload.parse(row.input), log).stop(error, cause);
      for (const token of outstandingTokens(log)) this.#tokens.forget(token);
      for (const arn of awaitedExecutions(log)) this.abort(arn, undefined, managedBy(row.arn));
    }
  }

  /** Ends a Map Run that was left, and its children. */
  #abandon(mapRun: string): void {
    this.left.mapRuns.delete(mapRun);
    this.#endMapRun(mapRun);
  }

  async stop(arn: string, error: string | undefined, cause: string | undefined): Promise<number> {
    if (this.#closed) throw closing();
    this.get(arn);
    this.abort(arn, error, cause);
    await this.#journal.commit();
    return this.get(arn).stoppedAt ?? this.#context.clock.now();
  }

  /** The row once the execution has ended and that is on disk. */
  ended(arn: string, lifetime: Lifetime): Promise<ExecutionRow> {
    const row = this.get(arn);
    if (row.status !== 'RUNNING') return Promise.resolve(row);
    return this.#waiting.of(arn, lifetime);
  }

  /** DescribeExecution's answer once the execution has ended. Should `lifetime` end before, the execution is stopped. */
  async outcomeOf(arn: string, lifetime: Lifetime, by: string): Promise<Shape> {
    const forget = lifetime.onEnd(() => this.abort(arn, undefined, managedBy(by)));
    const row = await this.ended(arn, lifetime);
    forget();
    return this.describe(row);
  }

  /** DescribeExecution's answer. */
  describe(row: ExecutionRow, withData = true): Shape {
    return describeExecution(row, this.#context.clock.now(), withData, this.#isDeleting(row));
  }

  /** Whether it could be redriven but for its machine, which is being deleted. */
  #isDeleting({ status, machineArn }: ExecutionRow): boolean {
    return status !== 'RUNNING' && status !== 'SUCCEEDED' && this.#machines.find(machineArn)?.status === 'DELETING';
  }

  /** Ends what runs without a trace: after the next start it carries on. */
  close(): void {
    this.#closed = true;
    this.#year.close();
    for (const { execution } of this.#live.values()) execution.lifetime.end();
    this.#live.clear();
  }

  /** How many run, children of Distributed Maps too. */
  get running(): number {
    return this.#live.size;
  }

  newName(): string {
    return uuid(() => this.#context.random());
  }

  #programOf({ revision, machineArn }: ExecutionRow): Program {
    return this.#program(revision, nameOf(machineArn));
  }

  #program(revisionId: string, machineName: string): Program {
    const revision = this.#machines.revision(revisionId);
    return { machine: this.#machines.runnable(revision, false), machineName, roleArn: revision.roleArn };
  }

  /** From here on it runs, though it has not begun to. `log`: what there is of it already. */
  #open(row: ExecutionRow, program: Program, input: Payload, log: readonly LogRecord[]) {
    const identity = identityOf(row, program, input);
    this.left.executions.delete(row.arn);
    const standing = log.length > 0 ? foldLog(log, input) : undefined;
    const execution = new Execution(identity, program.machine, this.#host(identity), {
      event: standing?.lastEvent ?? 0,
      frame: standing?.lastFrame ?? 0,
    });
    const end = (outcome: Outcome) => this.#end(row, outcome, execution.lastAt); // as its log says
    const driven = drive(execution, end, crash);
    this.#live.set(row.arn, { row, execution, drive: driven });
    if (!standing && row.mapRun === undefined) execution.note(0, START, startMemo(row));
    this.#year.watch(identity.timedFrom);
    return { go: () => driven.go(standing?.root), stop: driven.stop };
  }

  #store(row: ExecutionRow): void {
    this.#keep(row, () => this.rows.insert(row));
    this.#announce(row);
  }

  /** Children of Map Runs start many at a time, and their rows say more than their logs. */
  #keep(row: ExecutionRow, write: () => void): void {
    if (row.mapRun === undefined) this.#journal.behind(write);
    else this.#journal.also(write);
  }

  /**
   * Tells the event bus of a status in the transaction that stores it: neither is there without the other after a crash.
   * Children of Map Runs are not told of.
   */
  #announce(row: ExecutionRow): void {
    if (row.mapRun !== undefined) return;
    this.#keep(row, () => {
      try {
        this.#context.emit(statusChange(row));
      } catch (thrown) {
        if (!this.#context.database.isTransaction) throw thrown; // of the disk, which took the whole transaction back
        crash(thrown); // of the bus: what the execution did is stored all the same
      }
    });
  }

  #end(row: ExecutionRow, outcome: Outcome, stoppedAt: number): void {
    if (this.#closed) return;
    const closed = rowOfEnded(row, outcome, stoppedAt);
    this.#live.delete(row.arn);
    this.#closing.set(row.arn, closed);
    this.#keep(row, () => {
      this.rows.close(row.id, outcome, stoppedAt);
      this.#closing.delete(row.arn);
    });
    this.#ended.add(closed);
    this.#announce(closed);
    if (this.left.mapRuns.size > 0) for (const mapRun of this.left.mapRunsOf(row.arn)) this.#abandon(mapRun);
    void this.#tell(closed);
  }

  /** Those who wait for its end, once that is on disk. */
  async #tell(closed: ExecutionRow): Promise<void> {
    const written = this.#journal.commit(this.#live.size === 0);
    if (written !== undefined) await written;
    this.#waiting.tell(closed);
  }
}

/** A bug of the interpreter, or a full disk: nothing that an execution could be blamed for. */
const crash = (thrown: unknown): void =>
  queueMicrotask(() => {
    throw thrown;
  });
