// Map Runs: the children of Distributed Maps, run, counted and taken up again after a restart.
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import type { Journal } from '../../states/history/journal.ts';
import { Payload } from '../../states/json.ts';
import type { Lifetime } from '../../states/machine/lifetime.ts';
import type { ChildResult, MapRun, MapRunLimits, MapRunPlan, MapRuns as Opens } from '../../states/machine/map-run.ts';
import { uuid } from '../../uuid.ts';
import { type ExecutionRow, type NewExecution, rowOfEnded, rowOfNew, rowOfRedriven } from './execution-rows.ts';
import type { Executions } from './executions.ts';
import type { Express } from './express.ts';
import { type ExpressCounts, type MapRunRow, MapRunRows } from './map-run-rows.ts';

const resultOf = (row: ExecutionRow): ChildResult => ({
  arn: row.arn,
  name: row.name,
  machineArn: row.machineArn,
  status: row.status as ChildResult['status'],
  input: Payload.parse(row.input),
  output: row.output === undefined ? undefined : Payload.parse(row.output),
  error: row.error,
  cause: row.cause,
  startedAt: row.startedAt,
  stoppedAt: row.stoppedAt ?? row.startedAt,
  express: row.arn.includes(':express:'),
  redrives: { count: row.redriveCount, last: row.redrivenAt },
});

/** Why the children of a Map Run are stopped that has failed or was stopped itself (recorded on AWS by radkawar/stackd). */
const aborted = (mapRun: string): string =>
  `The map run execution [${mapRun}] which was managing this resource was aborted`;

const UNFINISHED: ReadonlySet<string> = new Set(['FAILED', 'ABORTED']);

/** A Map Run under way: its limits, and who is to know of new ones. */
interface Live {
  limits: MapRunLimits;
  changed: () => void;
  readonly express: LiveCounts | undefined;
}

/** What stops a child before it has ended: the end of `lifetime`, or what is put into `running`; and why. */
interface Stops {
  readonly lifetime: Lifetime;
  readonly running: Set<() => void>;
  readonly cause: string;
}

const stoppedBy = ({ lifetime, running }: Stops, stop: () => void): (() => void) => {
  running.add(stop);
  const forget = lifetime.onEnd(stop);
  return () => {
    running.delete(stop);
    forget();
  };
};

/**
 * Whether a child runs again: a redriven parent redrives those that had not succeeded, once. `redrives`: the redrive begins now, else it
 * may have been under way when the engine went down.
 */
const isRedriven = ({ parent }: MapRunPlan, redrives: boolean, child: ExecutionRow): boolean => {
  if (child.status === 'SUCCEEDED' || child.status === 'RUNNING') return false;
  return redrives || (parent.redriveCount > 0 && (child.redrivenAt ?? child.startedAt) < parent.timedFrom);
};

const failedIn = (children: Iterable<ExecutionRow>): number => {
  let items = 0;
  for (const child of children)
    if (child.status !== 'SUCCEEDED' && child.status !== 'RUNNING') items += child.items ?? 1;
  return items;
};

/** Counts Express children as they run and end. */
class LiveCounts implements ExpressCounts {
  readonly children: Record<string, number> = {};
  readonly items: Record<string, number> = {};

  add(status: string, children: number, items: number): void {
    this.children[status] = (this.children[status] ?? 0) + children;
    this.items[status] = (this.items[status] ?? 0) + items;
  }

  /** What runs when the Map Run has ended is stopped. */
  end(): void {
    this.add('ABORTED', this.children.RUNNING ?? 0, this.items.RUNNING ?? 0);
    this.add('RUNNING', -(this.children.RUNNING ?? 0), -(this.items.RUNNING ?? 0));
  }
}

export class MapRuns implements Opens {
  readonly rows: MapRunRows;
  readonly #live = new Map<string, Live>();
  readonly #context: EngineContext;
  readonly #executions: Executions;
  readonly #express: Express;
  readonly #journal: Journal;

  constructor(context: EngineContext, executions: Executions, express: Express, journal: Journal) {
    this.#context = context;
    this.#executions = executions;
    this.#express = express;
    this.#journal = journal;
    this.rows = new MapRunRows(context.database);
  }

  s3(operation: string, input: Shape): Promise<Shape> {
    return this.untimed(() => this.#context.service('s3').call(operation, input));
  }

  async untimed<T>(work: () => Promise<T>): Promise<T> {
    const release = this.#context.clock.hold();
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** Throws ResourceNotFound. */
  get(arn: string): MapRunRow {
    this.#journal.flush();
    const row = this.rows.find(arn);
    const express = this.#live.get(arn)?.express;
    if (row) return express ? { ...row, express } : row;
    throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
  }

  /** New limits, for children that are yet to start and for failures from now on. */
  change(arn: string, limits: MapRunLimits): void {
    this.rows.change(arn, limits);
    const live = this.#live.get(arn);
    if (!live) return;
    live.limits = limits;
    live.changed();
  }

  open(plan: MapRunPlan, known: string | undefined): MapRun {
    const identity = plan.parent;
    const before = known === undefined ? undefined : this.rows.find(known);
    const random = () => this.#context.random();
    const label = before?.label ?? plan.label ?? uuid(random);
    const arn = before?.arn ?? `${identity.machineArn.replace(':stateMachine:', ':mapRun:')}/${label}:${uuid(random)}`;
    const startedAt = this.#context.clock.now();
    if (!before) {
      const row: MapRunRow = {
        arn,
        executionArn: identity.arn,
        label,
        status: 'RUNNING',
        startedAt,
        stoppedAt: undefined,
        maxConcurrency: plan.maxConcurrency,
        toleratedCount: plan.toleratedCount,
        toleratedPercentage: plan.toleratedPercentage,
        children: 0,
        items: 0,
        redriveCount: 0,
        redrivenAt: undefined,
        express: undefined,
      };
      this.#journal.also(() => this.rows.insert(row));
    } else this.#executions.left.mapRuns.delete(arn);
    // Only a redrive runs again what had failed; one that the engine went down under still says that it runs.
    const redrives = before && UNFINISHED.has(before.status) ? before.redriveCount + 1 : 0;
    if (redrives > 0) this.#journal.also(() => this.rows.reopen(arn, redrives, startedAt));
    const children = new Map<number, ExecutionRow>();
    if (before) for (const row of this.#executions.rows.ofMapRun(arn)) children.set(row.childIndex ?? 0, row);
    const express = plan.express ? new LiveCounts() : undefined;
    const { maxConcurrency, toleratedCount, toleratedPercentage } = before ?? plan;
    const live: Live = {
      limits: { maxConcurrency, toleratedCount, toleratedPercentage },
      changed: () => undefined,
      express,
    };
    this.#live.set(arn, live);
    const running = new Set<() => void>();
    let isStopped = false;
    const runsAgain = (child: ExecutionRow) => !isStopped && isRedriven(plan, redrives > 0, child);
    return {
      arn,
      redrives,
      generation: redrives || (before?.redriveCount ?? 0),
      failedBefore: failedIn([...children.values()].filter((child) => !runsAgain(child))),
      knows: (index) => children.has(index),
      stop: () => {
        isStopped = true;
        this.#executions.abortLeft(arn, aborted(arn));
        for (const stop of [...running]) stop();
      },
      limits: () => live.limits,
      onChange: (then) => {
        live.changed = then;
      },
      expect: (count, items) => this.#journal.also(() => this.rows.expect(arn, count, items)),
      child: (index, input, items, lifetime) => {
        const stops = { lifetime, running, cause: aborted(arn) };
        const known = children.get(index);
        if (!express) return this.#child(plan, arn, label, index, input, items, stops, known, runsAgain);
        if (known && !runsAgain(known)) {
          express.add(known.status, 1, items);
          return Promise.resolve(resultOf(known));
        }
        express.add('RUNNING', 1, items);
        const about = { machineArn: `${identity.machineArn}/${label}`, mapRun: arn, childIndex: index, items };
        return this.#expressChild(plan, about, input, stops, known).then((result) => {
          express.add('RUNNING', -1, -items);
          express.add(result.status, 1, items);
          return result;
        });
      },
      end: (status) => {
        this.#live.delete(arn);
        this.#executions.abortLeft(arn, aborted(arn));
        express?.end();
        this.#close(arn, status, express);
      },
    };
  }

  /** Ends one that is not live: its execution ended before it was carried on with. */
  abandon(arn: string): void {
    this.#executions.abortLeft(arn, aborted(arn));
    this.#close(arn, 'ABORTED', undefined);
  }

  #close(arn: string, status: string, express: ExpressCounts | undefined): void {
    const stoppedAt = this.#context.clock.now();
    this.#journal.also(() => this.rows.end(arn, status, stoppedAt, express));
  }

  async #child(
    plan: MapRunPlan,
    mapRun: string,
    label: string,
    index: number,
    input: Payload,
    items: number,
    stops: Stops,
    known: ExecutionRow | undefined,
    runsAgain: (child: ExecutionRow) => boolean,
  ): Promise<ChildResult> {
    // It may have been stopped since the Map Run was taken up.
    const isStopped = known?.status === 'RUNNING' && !this.#executions.left.executions.has(known.arn);
    const before = isStopped ? this.#executions.get(known.arn) : known;
    if (before && before.status !== 'RUNNING' && !runsAgain(before)) return resultOf(before);
    const identity = plan.parent;
    const program = {
      machine: { ...plan.processor, timeoutSeconds: undefined },
      machineName: identity.machineName,
      roleArn: identity.roleArn,
    };
    let arn = before?.arn;
    if (before && before.status !== 'RUNNING') this.#executions.reopen(before, program);
    else if (before) this.#executions.resume(before, program);
    else {
      const name = this.#executions.newName();
      const machineArn = `${identity.machineArn}/${label}`;
      arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      const about = {
        arn,
        name,
        machineArn,
        revision: identity.revision,
        input: input.text,
        mapRun,
        childIndex: index,
        items,
      };
      this.#executions.launch(about, input, program);
    }
    const child = arn ?? '';
    const forget = stoppedBy(stops, () => this.#executions.abort(child, undefined, stops.cause));
    const row = await this.#executions.ended(child, stops.lifetime);
    forget();
    return resultOf(row);
  }

  /** An Express child has a row once it has ended, so that it is not run again. */
  async #expressChild(
    plan: MapRunPlan,
    about: Pick<NewExecution, 'machineArn' | 'mapRun' | 'childIndex' | 'items'>,
    input: Payload,
    stops: Stops,
    redriven: ExecutionRow | undefined,
  ): Promise<ChildResult> {
    const identity = plan.parent;
    const { revision } = identity;
    const { machineArn } = about;
    const name = this.#executions.newName();
    const run = this.#express.run(
      {
        name,
        machineArn,
        revision,
        machineName: identity.machineName,
        roleArn: identity.roleArn,
      },
      { ...plan.processor, timeoutSeconds: undefined },
      input,
    );
    const forget = stoppedBy(stops, () => run.abort(undefined, stops.cause));
    const stored = run.ended.then((outcome) => {
      const { arn, startedAt } = run;
      const stoppedAt = this.#context.clock.now();
      const told = { ...about, arn, name: arn.split(':').slice(-2).join(':'), revision, input: input.text };
      const { rows } = this.#executions;
      const begun = redriven
        ? { ...rowOfRedriven(redriven, startedAt), arn, name: told.name, startedAt }
        : rowOfNew(told, ++rows.lastId, startedAt);
      this.#journal.also(() => {
        if (redriven) {
          rows.replace(begun.id, begun);
          rows.reopen(begun.id, startedAt);
        } else rows.insert(begun);
        rows.close(begun.id, outcome, stoppedAt);
      });
      return resultOf(rowOfEnded(begun, outcome, stoppedAt));
    });
    const result = await stops.lifetime.within(stored);
    forget();
    return result;
  }
}
