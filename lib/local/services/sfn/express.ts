// Express executions: nothing of them is stored here, they end with the engine. Of a child of a Map Run map-runs.ts stores how it ended.
import { once } from '../../late-modules.ts';
import { type EngineContext, type Shape, serviceIfRun } from '../../service.ts';
import type { LogSink } from '../../states/history/journal.ts';
import type { Payload } from '../../states/json.ts';
import type { Outcome } from '../../states/machine/closed.ts';
import { drive } from '../../states/machine/driver.ts';
import { Execution, type Host } from '../../states/machine/execution.ts';
import { Lifetime } from '../../states/machine/lifetime.ts';
import type { StateMachine } from '../../states/parse/machine.ts';
import { uuid } from '../../uuid.ts';
import type { Logged } from './execution-logs.ts';
import type { MachineRow, Machines } from './machines.ts';
import { closing, parseInput, seconds } from './requests.ts';

export interface ExpressRun {
  readonly arn: string;
  readonly startedAt: number;
  readonly ended: Promise<Outcome>;
  readonly abort: (error?: string, cause?: string) => void;
}

interface Named {
  readonly name: string;
  readonly revision: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly roleArn: string;
}

/** A log that keeps nothing. */
export const unlogged: LogSink = { append: () => undefined, commit: () => Promise.resolve() };

/** https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html */
const ENDS: { readonly [status in Outcome['status']]: string } = {
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
};

const BILLED_STEP_MS = 100;
/** AWS: an Express execution runs for five minutes at most. */
const LONGEST_SECONDS = 300;

export class Express {
  readonly #context: EngineContext;
  readonly #machines: Machines;
  readonly #host: (of: Logged) => Host;
  readonly #lifetime = new Lifetime();
  /** Asked for once: an engine without it answers with an error. */
  readonly #cloudwatch = once(() => serviceIfRun(this.#context, 'cloudwatch'));

  constructor(context: EngineContext, machines: Machines, host: (of: Logged) => Host) {
    this.#context = context;
    this.#machines = machines;
    this.#host = host;
  }

  start(machine: MachineRow, name: string, input: string): ExpressRun {
    if (this.#lifetime.ended) throw closing();
    const payload = parseInput(input);
    const revision = this.#machines.revision(machine.revision);
    const named = {
      name,
      revision: revision.id,
      machineArn: machine.arn,
      machineName: machine.name,
      roleArn: revision.roleArn,
    };
    const run = this.run(named, this.#machines.runnable(revision, true), payload);
    this.#count(machine.arn, 'ExecutionsStarted');
    // Nothing is caught here: a bug of the interpreter is told to who waits for the end, and ends the process where nobody does.
    const ended = run.ended.then((outcome) => {
      this.#count(machine.arn, ENDS[outcome.status], this.#context.clock.now() - run.startedAt);
      return outcome;
    });
    return { ...run, ended };
  }

  /** The bus hears nothing of Express executions, of which their metrics would come. */
  #count(machineArn: string, MetricName: string, took?: number): void {
    const Dimensions = [{ Name: 'StateMachineArn', Value: machineArn }];
    const time = { MetricName: 'ExecutionTime', Value: took, Unit: 'Milliseconds', Dimensions };
    const MetricData = [{ MetricName, Value: 1, Unit: 'Count', Dimensions }, ...(took === undefined ? [] : [time])];
    void this.#cloudwatch()?.call('PutMetricData', { Namespace: 'AWS/States', MetricData });
  }

  run(named: Named, machine: StateMachine, input: Payload): ExpressRun {
    const startedAt = this.#context.clock.now();
    const id = uuid(() => this.#context.random());
    const arn = `${named.machineArn.replace(':stateMachine:', ':express:')}:${named.name}:${id}`;
    const identity = { ...named, row: 0, arn, express: true, startedAt, redriveCount: 0, timedFrom: startedAt, input };
    const host = { ...this.#host(identity), historyLimit: Number.POSITIVE_INFINITY };
    const timeoutSeconds = Math.min(machine.timeoutSeconds ?? LONGEST_SECONDS, LONGEST_SECONDS);
    const execution = new Execution(identity, { ...machine, timeoutSeconds }, host);
    const forget = this.#lifetime.onEnd(() => execution.lifetime.end());
    let abort: ExpressRun['abort'] = () => undefined;
    const ended = new Promise<Outcome>((resolve, reject) => {
      const { go, stop } = drive(execution, resolve, reject);
      abort = stop;
      go();
    });
    return { arn, startedAt, ended: ended.finally(forget), abort: (error, cause) => abort(error, cause) };
  }

  async startSync(machine: MachineRow, name: string, input: string, withData: boolean): Promise<Shape> {
    const run = this.start(machine, name, input);
    const outcome = await run.ended;
    const stoppedAt = this.#context.clock.now();
    const steps = Math.max(1, Math.ceil((stoppedAt - run.startedAt) / BILLED_STEP_MS));
    const billedDurationInMilliseconds = steps * BILLED_STEP_MS;
    return {
      executionArn: run.arn,
      stateMachineArn: machine.arn,
      name,
      startDate: seconds(run.startedAt),
      stopDate: seconds(stoppedAt),
      status: outcome.status,
      ...(outcome.error !== undefined && { error: outcome.error }),
      ...(outcome.cause !== undefined && { cause: outcome.cause }),
      ...(withData && { input }),
      inputDetails: { included: withData },
      ...(outcome.output && {
        ...(withData && { output: outcome.output.text }),
        outputDetails: { included: withData },
      }),
      billingDetails: { billedMemoryUsedInMB: 64, billedDurationInMilliseconds },
    };
  }

  close(): void {
    this.#lifetime.end();
  }
}
