import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface AlertProps {
  readonly alarmName: string;
  /** What happened, and what to do about it. */
  readonly description: string;
  readonly metric: IMetric;
  /** @default 1 */
  readonly threshold?: number;
  readonly topic: ITopic;
}

/** An alarm when a metric reaches its threshold; it tells the topic when it starts and when it is over. */
export const alertAt = (
  scope: Construct,
  id: string,
  { alarmName, description, metric, threshold = 1, topic }: AlertProps,
): Alarm => {
  const alarm = new Alarm(scope, id, {
    alarmName,
    alarmDescription: description,
    metric,
    threshold,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(topic));
  alarm.addOkAction(new SnsAction(topic));
  return alarm;
};

/** What a command needs that a person is told to type in an alarm. */
export const typedOptions = (orchestrator: string): string =>
  ` --aws${orchestrator === 'heddle' ? '' : ` --orchestrator ${orchestrator}`}`;
