import { Duration } from 'aws-cdk-lib';
import { type Alarm, type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alertAt, typedOptions } from './alarms.ts';
import { idOf, names } from './names.ts';
import type { IPipeline } from './pipeline-interface.ts';
import type { IOrchestrator, Monitoring } from './shared.ts';

/** What is watched of every pipeline; what has a budget is watched for its cost too. The most urgent first. */
const watched = [
  'failureRate',
  'runsFailed',
  'deadlinesMissed',
  'stagesStuck',
  'deadLetters',
  'checksFailed',
  'scoresMissed',
  'budgetSpent',
] as const;
type Watched = (typeof watched)[number];

interface Watch {
  readonly metric: IMetric;
  readonly threshold?: number;
  /** What happened, and what to type. */
  readonly description: string;
}

const nameOf = (what: Watched): string => what.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The names of a pipeline's alarms, the most urgent first. */
export const pipelineAlarmNames = (orchestrator: string, pipeline: string, { budgets = {} }: Monitoring): string[] =>
  watched
    .filter((what) => what !== 'budgetSpent' || Object.hasOwn(budgets, pipeline))
    .map((what) => names.trigger(orchestrator, pipeline, nameOf(what)));

/** The alarms of a pipeline. */
export const pipelineAlarms = (
  scope: Construct,
  { orchestratorName, alerts, monitoring }: IOrchestrator,
  pipeline: IPipeline,
  deadLetters: IQueue,
): readonly Alarm[] => {
  const alarms = new Construct(scope, 'Alarms');
  const { pipelineName } = pipeline;
  const watches = watchesOf(pipeline, deadLetters, monitoring, typedOptions(orchestratorName));
  return watched.flatMap((what) => {
    const watch = watches[what];
    if (!watch) return [];
    const alarmName = names.trigger(orchestratorName, pipelineName, nameOf(what));
    return [alertAt(alarms, ids[what] ?? idOf(what), { alarmName, topic: alerts, ...watch })];
  });
};

/** Where the construct's id is another than its name: a new id would make a second alarm of the same name. */
const ids: { readonly [what in Watched]?: string } = { deadLetters: 'DeadLettersWaiting' };

const watchesOf = (
  pipeline: IPipeline,
  deadLetters: IQueue,
  { budgets = {}, failurePercent = 20 }: Monitoring,
  options: string,
): { readonly [what in Watched]?: Watch } => {
  const { pipelineName } = pipeline;
  const perMinute = { period: Duration.minutes(1) };
  const perHour = { period: Duration.hours(1) };
  const typed = (command: string): string => `npx heddle ${command}${options}`;
  const runs = typed(`runs ${pipelineName}`);
  const failed = typed(`runs ${pipelineName} --failed`);
  const budget = Object.hasOwn(budgets, pipelineName) ? budgets[pipelineName] : undefined;
  return {
    failureRate: {
      metric: new MathExpression({
        expression: 'IF(failed + completed < 5, 0, 100 * failed / (failed + completed))',
        usingMetrics: { failed: pipeline.metricRunsFailed(perHour), completed: pipeline.metricRunsCompleted(perHour) },
        label: 'failed runs (%)',
        ...perHour,
      }),
      threshold: failurePercent,
      description: `${failurePercent} % or more of the runs of ${pipelineName} failed within an hour: it is not one run's data. See what they have in common: ${failed}; to start no more meanwhile: ${typed(`pause ${pipelineName} --go`)}`,
    },
    runsFailed: {
      metric: pipeline.metricRunsFailed(perMinute),
      description: `A run of ${pipelineName} failed. See which and why: ${failed}; mend the cause, then ${typed('resume RUN --go')}`,
    },
    deadlinesMissed: {
      metric: pipeline.metric('DeadlinesMissed', perMinute),
      description: `A run of ${pipelineName} has not ended by its deadline. See what it is at: ${runs}, then ${typed('run RUN')}; to stop it: ${typed('cancel RUN --go')}`,
    },
    stagesStuck: {
      metric: pipeline.metric('StagesStuck', perMinute),
      description: `A stage of ${pipelineName} gives no sign of life. See which: ${runs}, then ${typed('run RUN')}; to begin it anew: ${typed('cancel RUN --go')}, then ${typed('resume RUN --go')}`,
    },
    deadLetters: {
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ ...perMinute, statistic: Stats.MAXIMUM }),
      description: `Stages or items of ${pipelineName} failed for good and wait as dead letters. See them: ${typed(`dead-letters list --pipeline ${pipelineName}`)}; mend the cause, then ${typed(`dead-letters replay --pipeline ${pipelineName} --go`)}`,
    },
    checksFailed: {
      metric: pipeline.metric('ChecksFailed', perMinute),
      description: `A check of ${pipelineName} did not pass. See the run: ${runs}, then ${typed('run RUN')}`,
    },
    scoresMissed: {
      metric: pipeline.metric('ScoresMissed', perMinute),
      description: `A run of ${pipelineName} gave a score past its limit. See which, and since when: ${typed(`quality ${pipelineName}`)}`,
    },
    ...(budget === undefined
      ? {}
      : {
          budgetSpent: {
            metric: pipeline.metric('RunCost', { period: Duration.days(1) }),
            threshold: budget,
            description: `The runs of ${pipelineName} of one day cost $${budget} or more. See what for: ${typed(`cost ${pipelineName} --since 2d --by stage`)}; to start no more meanwhile: ${typed(`pause ${pipelineName} --go`)}`,
          },
        }),
  };
};
