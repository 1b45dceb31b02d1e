import { Duration } from 'aws-cdk-lib';
import { type Alarm, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alertOnAny } from './alarms.ts';
import { names } from './names.ts';
import type { IPipeline } from './pipeline-interface.ts';
import type { IOrchestrator } from './shared.ts';

/** The alarms of a pipeline: a count that is not zero for a minute, what it means, and what to type. */
export const pipelineAlarms = (
  scope: Construct,
  { orchestratorName, alerts }: IOrchestrator,
  pipeline: IPipeline,
  deadLetters: IQueue,
): readonly Alarm[] => {
  const alarms = new Construct(scope, 'Alarms');
  const { pipelineName } = pipeline;
  const perMinute = { period: Duration.minutes(1) };
  const options = ` --aws${orchestratorName === 'heddle' ? '' : ` --orchestrator ${orchestratorName}`}`;
  const typed = (command: string): string => `npx heddle ${command}${options}`;
  const runs = typed(`runs ${pipelineName}`);
  const waiting = deadLetters.metricApproximateNumberOfMessagesVisible({ ...perMinute, statistic: Stats.MAXIMUM });
  const wanted: readonly (readonly [id: string, name: string, metric: Metric, description: string])[] = [
    [
      'RunsFailed',
      'runs-failed',
      pipeline.metricRunsFailed(perMinute),
      `A run of ${pipelineName} failed. See which and why: ${typed(`runs ${pipelineName} --failed`)}; mend the cause, then ${typed('resume RUN --go')}`,
    ],
    [
      'DeadLettersWaiting',
      'dead-letters',
      waiting,
      `Stages or items of ${pipelineName} failed for good and wait as dead letters. See them: ${typed(`dead-letters list --pipeline ${pipelineName}`)}; mend the cause, then ${typed(`dead-letters replay --pipeline ${pipelineName} --go`)}`,
    ],
    [
      'ChecksFailed',
      'checks-failed',
      pipeline.metric('ChecksFailed', perMinute),
      `A check of ${pipelineName} did not pass. See the run: ${runs}, then ${typed('run RUN')}`,
    ],
    [
      'DeadlinesMissed',
      'deadlines-missed',
      pipeline.metric('DeadlinesMissed', perMinute),
      `A run of ${pipelineName} has not ended by its deadline. See what it is at: ${runs}, then ${typed('run RUN')}; to stop it: ${typed('cancel RUN --go')}`,
    ],
    [
      'StagesStuck',
      'stages-stuck',
      pipeline.metric('StagesStuck', perMinute),
      `A stage of ${pipelineName} gives no sign of life. See which: ${runs}, then ${typed('run RUN')}; to begin it anew: ${typed('cancel RUN --go')}, then ${typed('resume RUN --go')}`,
    ],
  ];
  return wanted.map(([id, name, metric, description]) =>
    alertOnAny(alarms, id, {
      alarmName: names.trigger(orchestratorName, pipelineName, name),
      description,
      metric,
      topic: alerts,
    }),
  );
};
