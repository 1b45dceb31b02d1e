// Jobs that AWS does not end with the execution that waits for them: batch inference of Bedrock, which Heddle's own states ask after. Of an
// execution that was stopped none runs any more, so whoever settles its run does what they would have done.
import type { AuditEntry, RunRecord, StageRecord } from '../records/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import { isoTime, type Services } from './services.ts';

/** The operators' Lambdas have other things to do. */
const longestReadMs = 10_000;

/**
 * Stops the jobs of the stages that a run's execution left under way, and notes it in the run's history. What cannot be stopped, or found,
 * keeps no run from its end: it is noted what a person can do. Call it before the stages are settled; may be repeated.
 */
export const stopJobs = async (
  { pipeline, run, generation = 1 }: RunRecord,
  stages: readonly StageRecord[],
  services: Services,
): Promise<void> => {
  const { ledger, now, operator: by = 'reconcile' } = services;
  const executions = new Map<string, string[]>();
  for (const { stage, status, jobIn } of stages)
    if (status === 'running' && jobIn !== undefined) executions.set(jobIn, [...(executions.get(jobIn) ?? []), stage]);
  // Together: the histories of a pipeline's parts, and where Bedrock does not answer, take no longer than one.
  await Promise.all(
    [...executions].map(async ([execution, waiting]) => {
      const { jobs, failed } = await jobsOf(execution, waiting, services);
      await Promise.all(
        [...jobs].map(async ([stage, job]) => {
          const note = async ({ what, detail }: End): Promise<void> => {
            const id = `${what}#${stage}#${generation}`;
            await ledger.audit.record(pipeline, run, {
              id,
              at: isoTime(now()),
              by,
              what,
              detail: `${stage}: ${detail}`,
            });
          };
          if (job === undefined) return note(unknownJob(failed));
          // Said first: who comes after one who died in between finds the job ended, and could not tell by whom.
          await note({ what: 'jobStopped', detail: `the job ${job} is told to stop` });
          const left = await stop(job, services);
          if (left) await note(left);
        }),
      );
    }),
  );
};

type End = Pick<AuditEntry, 'what' | 'detail'>;

const says = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Undefined for a job that is stopping, or has ended. */
const stop = async (job: string, { aws }: Services): Promise<End | undefined> => {
  try {
    await aws.stopInference(job);
  } catch (error) {
    if (error instanceof AwsCallError && /^(Conflict|ResourceNotFound)Exception$/.test(error.code)) return undefined;
    const detail = `the job ${job} may go on: ${says(error)}; aws bedrock stop-model-invocation-job --job-identifier ${job} stops it`;
    return { what: 'jobLeft', detail };
  }
  return undefined;
};

const unknownJob = (failed: unknown): End => {
  const why = failed === undefined ? 'the execution ended before it was said what it is called' : says(failed);
  const how =
    'aws bedrock list-model-invocation-jobs --status-equals InProgress finds it, stop-model-invocation-job stops it';
  return { what: 'jobLeft', detail: `a job may go on: ${why}; ${how}` };
};

interface HistoryEvent {
  readonly stateEnteredEventDetails?: { readonly name: string };
  readonly stateExitedEventDetails?: { readonly name: string; readonly output?: string };
}

interface Jobs {
  /** By stage; undefined for one of which it is not known what its job is called, or whether there is one. Those that ended are left out. */
  readonly jobs: ReadonlyMap<string, string | undefined>;
  /** Why the history could not be read to where it says so. */
  readonly failed?: unknown;
}

/** The jobs that stages of one execution wait for. Its newest events say it: a job is asked after again and again. */
const jobsOf = async (executionArn: string, stages: readonly string[], { aws, now }: Services): Promise<Jobs> => {
  const left = new Set(stages);
  const jobs = new Map<string, string | undefined>();
  const see = ({ stateEnteredEventDetails: entered, stateExitedEventDetails: exited }: HistoryEvent): void => {
    const { name = '' } = entered ?? exited ?? {};
    const [, stage = name, part] = /^(.+)\.(call|look|done|broken|failed)$/.exec(name) ?? [];
    if (!left.has(stage)) return;
    if (exited) {
      const isAnswer = part === 'call' || part === 'look';
      const job: unknown = isAnswer ? JSON.parse(exited.output ?? '{}').service?.result?.JobArn : undefined;
      if (typeof job !== 'string') return;
      jobs.set(stage, job);
    } else if (part === 'look') {
      return;
    } else if (part === undefined || part === 'call') {
      jobs.set(stage, undefined); // it was not called yet, or did not answer
    } // else the job has ended
    left.delete(stage);
  };
  const until = now() + longestReadMs;
  let failed: unknown;
  try {
    for (let nextToken: unknown, isFirst = true; isFirst || nextToken !== undefined; isFirst = false) {
      if (!isFirst && now() >= until) throw new Error('the history of its execution takes too long to read');
      const page = { ...(nextToken === undefined ? {} : { nextToken }), maxResults: 1_000 };
      const answer = await aws.call('states', 'GetExecutionHistory', { executionArn, reverseOrder: true, ...page });
      for (const event of answer.events as readonly HistoryEvent[]) see(event);
      nextToken = left.size > 0 ? answer.nextToken : undefined;
    }
  } catch (error) {
    failed = error;
  }
  for (const stage of left) jobs.set(stage, undefined);
  return { jobs, failed };
};
