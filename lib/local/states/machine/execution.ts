// One execution as it runs: its identity, its log, and what its states may reach.
import type { Clock } from '../../clock.ts';
import type { Shape } from '../../service.ts';
import { StateError } from '../errors.ts';
import { ExecutionLog, type Handover } from '../history/encoding.ts';
import type { LogSink } from '../history/journal.ts';
import type { Integrations } from '../integrations/integration.ts';
import { type JsonObject, timeText } from '../json.ts';
import type { StateMachine } from '../parse/machine.ts';
import type { ExecutionIdentity } from './identity.ts';
import { Lifetime } from './lifetime.ts';
import type { MapRuns } from './map-run.ts';

/** What the interpreter needs of its host. */
export interface Host {
  readonly clock: Clock;
  readonly journal: LogSink;
  readonly integrations: Integrations;
  readonly mapRuns: MapRuns;
  readonly region: string;
  /** The largest number of events in a history; the last one is the failure itself. */
  readonly historyLimit: number;
  random(): number;
  /** How many Standard executions run. */
  running(): number;
}

export class Execution {
  readonly identity: ExecutionIdentity;
  readonly machine: StateMachine;
  readonly host: Host;
  readonly log: ExecutionLog;
  readonly lifetime = new Lifetime();
  #lastEvent: number;
  #lastFrame: number;
  #lastAt = 0;
  #isConcluded = false;

  constructor(identity: ExecutionIdentity, machine: StateMachine, host: Host, resumed = { event: 0, frame: 0 }) {
    this.identity = identity;
    this.machine = machine;
    this.host = host;
    this.log = new ExecutionLog(identity.row);
    this.#lastEvent = resumed.event;
    this.#lastFrame = resumed.frame;
  }

  get lastEvent(): number {
    return this.#lastEvent;
  }

  /** When the last event was appended, in milliseconds since the epoch. */
  get lastAt(): number {
    return this.#lastAt;
  }

  nextFrame(): number {
    return ++this.#lastFrame;
  }

  /** Appends the event that ends the execution: there is always room for it. */
  close(type: string, previous: number, details: Shape): void {
    this.event(0, type, previous, details, undefined, Number.POSITIVE_INFINITY);
  }

  /** Appends an event and gives its id. Throws StateError when only the failure itself still fits into the history. */
  event(
    frame: number,
    type: string,
    previous: number,
    details?: Shape,
    memo?: Shape,
    limit = this.host.historyLimit,
  ): number {
    const id = this.#lastEvent + 1;
    if (id >= limit) {
      const cause = `The execution reached the maximum number of history events (${limit}).`;
      throw new StateError('States.Runtime', cause);
    }
    const at = this.host.clock.now();
    this.#lastEvent = id;
    this.#lastAt = at;
    this.host.journal.append(this.log, { frame, id, previous, at, type, details, memo });
    return id;
  }

  /** As of the journal. */
  commit(): Promise<void> | undefined {
    return this.host.journal.commit(this.isAlone);
  }

  /** Tells of a handover that follows the event `previous`, and commits it. False where it is to be told event by event. */
  handOver(previous: number, handover: Handover, output: string): boolean {
    const { host } = this;
    const id = this.#lastEvent + 1;
    const last = this.#lastEvent + handover.events;
    if (previous !== id - 1 || last >= host.historyLimit || !this.isAlone) return false;
    const at = host.clock.now();
    if (!host.journal.handOver?.(this.log, handover, id, at, output)) return false;
    this.#lastEvent = last;
    this.#lastAt = at;
    return true;
  }

  /** As `handOver`, to the success of the execution. */
  conclude(previous: number, conclusion: Handover, output: string): boolean {
    this.#isConcluded = this.handOver(previous, conclusion, output);
    return this.#isConcluded;
  }

  /** Whether it is told that it has succeeded. */
  get isConcluded(): boolean {
    return this.#isConcluded;
  }

  /** Nobody shares a transaction with the only thread of states of the only execution that runs. */
  get isAlone(): boolean {
    return this.#lastFrame === 0 && this.host.running() === 1;
  }

  note(frame: number, note: string, memo: Shape): void {
    this.host.journal.append(this.log, { frame, note, memo });
  }

  /** The parts of the context object that every state of the execution shares. */
  contextBase(): JsonObject {
    const { arn, name, machineArn, machineName, roleArn, startedAt, redriveCount, timedFrom, input, express } =
      this.identity;
    this.#context ??= {
      Execution: {
        Id: arn,
        Input: input.value,
        Name: name,
        RoleArn: roleArn === '' ? null : roleArn,
        StartTime: timeText(startedAt),
        ...(!express && { RedriveCount: redriveCount }), // no Express execution is redriven
        ...(redriveCount > 0 && { RedriveTime: timeText(timedFrom) }),
      },
      StateMachine: { Id: machineArn, Name: machineName },
    };
    return this.#context;
  }
  #context: JsonObject | undefined;
}
