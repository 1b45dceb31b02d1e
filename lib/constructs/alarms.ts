import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface AlertProps {
  readonly alarmName: string;
  /** What happened, and what to do about it. */
  readonly description: string;
  readonly metric: Metric;
  readonly topic: ITopic;
}

/** An alarm when a count is one or more; it tells the topic when it starts and when it is over. */
export const alertOnAny = (
  scope: Construct,
  id: string,
  { alarmName, description, metric, topic }: AlertProps,
): Alarm => {
  const alarm = new Alarm(scope, id, {
    alarmName,
    alarmDescription: description,
    metric,
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(topic));
  alarm.addOkAction(new SnsAction(topic));
  return alarm;
};
