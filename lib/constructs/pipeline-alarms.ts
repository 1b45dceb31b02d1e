import { Duration } from 'aws-cdk-lib';
import { type Alarm, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alertOnAny } from './alarms.ts';
import { names } from './names.ts';
import type { IPipeline } from './pipeline-interface.ts';
import type { IOrchestrator } from './shared.ts';

/** The alarms of a pipeline: a run failed; a dead letter waits for somebody. */
export const pipelineAlarms = (
  scope: Construct,
  { orchestratorName, alerts }: IOrchestrator,
  pipeline: IPipeline,
  deadLetters: IQueue,
): readonly Alarm[] => {
  const alarms = new Construct(scope, 'Alarms');
  const { pipelineName } = pipeline;
  const nameOf = (what: string): string => names.trigger(orchestratorName, pipelineName, what);
  return [
    alertOnAny(alarms, 'RunsFailed', {
      alarmName: nameOf('runs-failed'),
      description: `A run of ${pipelineName} failed. See which and why: heddle runs ${pipelineName} --failed; mend the cause, then heddle resume <run> --go`,
      metric: pipeline.metricRunsFailed({ period: Duration.minutes(1) }),
      topic: alerts,
    }),
    alertOnAny(alarms, 'DeadLettersWaiting', {
      alarmName: nameOf('dead-letters'),
      description: `Stages or items of ${pipelineName} failed for good and wait as dead letters. See them: heddle dead-letters list --pipeline ${pipelineName}; mend the cause, then heddle dead-letters replay --pipeline ${pipelineName} --go`,
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: Stats.MAXIMUM,
      }),
      topic: alerts,
    }),
  ];
};
