import { Duration } from 'aws-cdk-lib';
import { type Alarm, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alertAt, typedOptions } from './alarms.ts';
import { names } from './names.ts';
import type { Operators } from './operators.ts';
import type { Queues } from './queues.ts';

export interface OrchestratorAlarmsProps {
  readonly orchestrator: string;
  readonly queues: Queues;
  readonly operators: Operators;
  readonly topic: ITopic;
}

/** What can keep runs from starting or ending at all: each leaves something to see and to put right. */
export const orchestratorAlarms = (scope: Construct, props: OrchestratorAlarmsProps): readonly Alarm[] => {
  const { orchestrator, queues, operators, topic } = props;
  const alarms = new Construct(scope, 'Alarms');
  const perMinute = { period: Duration.minutes(1) };
  const waiting = { ...perMinute, statistic: Stats.MAXIMUM };
  const options = typedOptions(orchestrator);
  const logs = (operator: string): string =>
    `aws logs tail /aws/lambda/${names.operator(orchestrator, operator)} --since 1h --filter-pattern '?ERROR ?timed'`;
  const alert = (id: string, what: string, metric: Metric, description: string) =>
    alertAt(alarms, id, { alarmName: names.operator(orchestrator, what), description, metric, topic });

  return [
    alert(
      'DispatchErrors',
      'dispatch-errors',
      operators.dispatch.metricErrors(perMinute),
      `The dispatch operator itself failed, so runs may start late. See why: ${logs('dispatch')}`,
    ),
    alert(
      'SweepErrors',
      'sweep-errors',
      operators.sweep.metricErrors(perMinute),
      `The sweep could not look at some runs or pools, or had no time for them, so what nothing else tells of may stay unseen. See which and why: ${logs('sweep')}`,
    ),
    alert(
      'StartsFailed',
      'starts-failed',
      queues.startFailed.metricApproximateNumberOfMessagesVisible(waiting),
      `Start messages were given up and wait in ${names.startDeadLetterQueue(orchestrator)}. See why: npx heddle dead-letters list${options}; mend the cause, then npx heddle dead-letters replay start/ID --go${options}`,
    ),
    alert(
      'Undelivered',
      'undelivered',
      queues.undelivered.metricApproximateNumberOfMessagesVisible(waiting),
      `Events could not be delivered and wait in ${names.undeliveredQueue(orchestrator)}. See why: npx heddle dead-letters list${options}; mend the cause, then npx heddle dead-letters replay start/ID --go${options}`,
    ),
  ];
};
