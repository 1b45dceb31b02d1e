// Express executions: nothing of them is stored, they end with the engine.
import type { EngineContext, Shape } from '../../service.ts';
import { uuidFrom } from '../../states/expressions/uuid.ts';
import type { LogSink } from '../../states/history/journal.ts';
import { drive, type Outcome } from '../../states/machine/driver.ts';
import { Execution, type Host } from '../../states/machine/execution.ts';
import { Lifetime } from '../../states/machine/lifetime.ts';
import { parseInput } from './executions.ts';
import type { MachineRow, Machines } from './machines.ts';
import { seconds } from './requests.ts';

export interface ExpressRun {
  readonly arn: string;
  readonly startedAt: number;
  readonly ended: Promise<Outcome>;
}

/** A log that keeps nothing. */
const unlogged: LogSink = { append: () => undefined, commit: () => Promise.resolve() };

export class Express {
  readonly #context: EngineContext;
  readonly #machines: Machines;
  readonly #host: () => Host;
  readonly #lifetime = new Lifetime();

  constructor(context: EngineContext, machines: Machines, host: () => Host) {
    this.#context = context;
    this.#machines = machines;
    this.#host = host;
  }

  start(machine: MachineRow, name: string, input: string): ExpressRun {
    const payload = parseInput(input);
    const revision = this.#machines.revision(machine.revision);
    const startedAt = this.#context.clock.now();
    const arn = `${machine.arn.replace(':stateMachine:', ':express:')}:${name}:${uuidFrom(() => this.#context.random())}`;
    const identity = {
      row: 0,
      arn,
      name,
      machineArn: machine.arn,
      machineName: machine.name,
      roleArn: revision.roleArn,
      express: true,
      startedAt,
      redriveCount: 0,
      input: payload,
    };
    const machineOf = this.#machines.runnable(revision, true);
    const execution = new Execution(identity, machineOf, {
      ...this.#host(),
      journal: unlogged,
      historyLimit: Number.POSITIVE_INFINITY,
    });
    this.#lifetime.onEnd(() => execution.lifetime.end());
    const ended = new Promise<Outcome>((resolve, reject) => {
      drive(execution, resolve, reject);
    });
    return { arn, startedAt, ended };
  }

  async startSync(machine: MachineRow, name: string, input: string): Promise<Shape> {
    const run = this.start(machine, name, input);
    const outcome = await run.ended;
    const stoppedAt = this.#context.clock.now();
    return {
      executionArn: run.arn,
      stateMachineArn: machine.arn,
      name,
      startDate: seconds(run.startedAt),
      stopDate: seconds(stoppedAt),
      status: outcome.status,
      ...(outcome.error !== undefined && { error: outcome.error }),
      ...(outcome.cause !== undefined && { cause: outcome.cause }),
      input,
      inputDetails: { included: true },
      ...(outcome.output && { output: outcome.output.text, outputDetails: { included: true } }),
      billingDetails: {
        billedMemoryUsedInMB: 64,
        billedDurationInMilliseconds: Math.ceil((stoppedAt - run.startedAt) / 100) * 100,
      },
    };
  }

  close(): void {
    this.#lifetime.end();
  }
}
