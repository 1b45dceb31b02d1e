// Activities: tasks that workers poll for.
import { atomically } from '../../atomically.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { EvaluationProblem } from '../../states/errors.ts';
import type { Integration, TaskRun } from '../../states/integrations/integration.ts';
import type { Tokens } from '../../states/integrations/tokens.ts';
import { type StoredMap, storedMap } from '../../stored-map.ts';

/** AWS: GetActivityTask answers after this long at the latest, with no task. */
const LONGEST_POLL_MS = 60_000;

export type Tags = Readonly<Record<string, string>>;

export interface ActivityRow {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
}

interface Job {
  readonly task: TaskRun;
  readonly token: string;
}

interface Worker {
  readonly name: string | undefined;
  readonly take: (job: Job) => void;
}

const rowOf = (row: Record<string, unknown>): ActivityRow => ({
  arn: String(row.arn),
  name: String(row.name),
  createdAt: Number(row.created_at),
});

export class Activities {
  readonly #context: EngineContext;
  readonly #tokens: Tokens;
  readonly #jobs = new Map<string, Job[]>();
  readonly #workers = new Map<string, Worker[]>();
  readonly #tags: StoredMap<Tags>;

  constructor(context: EngineContext, tokens: Tokens) {
    this.#context = context;
    this.#tokens = tokens;
    this.#tags = storedMap(context.database, 'sfn_activity_tags');
  }

  arnOf(name: string): string {
    return `arn:aws:states:${this.#context.region}:${this.#context.account}:activity:${name}`;
  }

  /** AWS: one that is there already stays as it is, whatever the tags. */
  create(name: string, tags: Tags): ActivityRow {
    const { database, clock } = this.#context;
    const arn = this.arnOf(name);
    atomically(database, () => {
      const { changes } = database
        .prepare('INSERT OR IGNORE INTO sfn_activities (arn, name, created_at) VALUES (?, ?, ?)')
        .run(arn, name, clock.now());
      if (changes > 0) this.tag(arn, tags);
    });
    return this.get(arn);
  }

  tags(arn: string): Tags {
    return this.#tags.get(arn) ?? {};
  }

  tag(arn: string, tags: Tags): void {
    if (Object.keys(tags).length > 0) this.#tags.set(arn, tags);
    else this.#tags.delete(arn);
  }

  find(arn: string): ActivityRow | undefined {
    const row = this.#context.database.prepare('SELECT * FROM sfn_activities WHERE arn = ?').get(arn);
    return row && rowOf(row);
  }

  /** Throws ActivityDoesNotExist. */
  get(arn: string): ActivityRow {
    const activity = this.find(arn);
    if (activity) return activity;
    throw new AwsError('ActivityDoesNotExist', `Activity Does Not Exist: '${arn}'`);
  }

  delete(arn: string): void {
    const { database } = this.#context;
    atomically(database, () => {
      database.prepare('DELETE FROM sfn_activities WHERE arn = ?').run(arn);
      this.#tags.delete(arn);
    });
  }

  list(limit: number, offset: number): ActivityRow[] {
    return this.#context.database
      .prepare('SELECT * FROM sfn_activities ORDER BY name LIMIT ? OFFSET ?')
      .all(limit, offset)
      .map(rowOf);
  }

  /** GetActivityTask: the next task, waiting for one until the worker has `gone`. */
  poll(arn: string, worker: string | undefined, gone: AbortSignal | undefined): Promise<Shape> {
    this.get(arn);
    if (gone?.aborted) return Promise.resolve({});
    return new Promise((resolve) => {
      const workers = this.#workers.get(arn) ?? [];
      this.#workers.set(arn, workers);
      const leave = (answer: Shape): void => {
        cancel();
        gone?.removeEventListener('abort', giveUp);
        workers.splice(workers.indexOf(entry), 1);
        resolve(answer);
      };
      const giveUp = (): void => leave({});
      const cancel = this.#context.clock.after(LONGEST_POLL_MS, giveUp);
      const entry: Worker = {
        name: worker,
        take: ({ task, token }) => leave({ taskToken: token, input: task.parameters.text }),
      };
      gone?.addEventListener('abort', giveUp);
      workers.push(entry);
      this.#match(arn);
    });
  }

  /** The activity as a Task's resource. Throws States.Runtime where it does not exist. */
  integration = (arn: string): Integration => {
    if (!this.find(arn)) throw new EvaluationProblem('States.Runtime', `The activity ${arn} does not exist.`);
    return {
      events: 'Activity',
      resourceType: 'activity',
      resource: arn,
      about: undefined,
      needsToken: true,
      run: (task) => {
        const token = task.token ?? '';
        const answered = this.#tokens.wait(token, task.lifetime, () => task.onHeartbeat());
        if (task.started) return answered; // a worker had it before the restart
        const jobs = this.#jobs.get(arn) ?? [];
        this.#jobs.set(arn, jobs);
        const job = { task, token };
        jobs.push(job);
        task.lifetime.onEnd(() => {
          if (jobs.includes(job)) jobs.splice(jobs.indexOf(job), 1);
        });
        this.#match(arn);
        return answered;
      },
    };
  };

  #match(arn: string): void {
    const [jobs = [], workers = []] = [this.#jobs.get(arn), this.#workers.get(arn)];
    const [job] = jobs;
    const [worker] = workers;
    if (!job || !worker) return;
    jobs.shift();
    job.task.onStarted(worker.name === undefined ? {} : { workerName: worker.name });
    worker.take(job);
    this.#match(arn);
  }
}
