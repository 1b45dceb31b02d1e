// What the change of an alarm's state sets off: an event on the default bus, and the actions of the new state.
import { parseArn } from '../../arn.ts';
import type { Delivery } from '../../delivery/index.ts';
import { isShape } from '../../field-reader.ts';
import type { EngineContext, Shape } from '../../service.ts';
import { type Alarm, type AlarmState, alarmRule } from './alarm.ts';
import { read } from './metric.ts';

const ACTIONS: { readonly [state in AlarmState]: string } = {
  OK: 'OKActions',
  ALARM: 'AlarmActions',
  INSUFFICIENT_DATA: 'InsufficientDataActions',
};

const isoTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000');

const stateShape = (alarm: Alarm): Shape => ({
  value: alarm.state,
  reason: alarm.reason,
  ...(alarm.reasonData !== undefined && { reasonData: alarm.reasonData }),
  timestamp: isoTime(alarm.changedMs),
});

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const metricsOfEvent = (settings: Shape): readonly Shape[] =>
  alarmRule(settings).queries.map((query) => {
    const stat = read.optionalShape(query, 'MetricStat');
    const metric = stat && read.shape(stat, 'Metric');
    const dimensions = metric ? read.shapes(metric, 'Dimensions').map((each) => [each.Name, each.Value]) : [];
    return {
      id: query.Id,
      ...(stat && {
        metricStat: {
          metric: {
            namespace: metric?.Namespace,
            name: metric?.MetricName,
            dimensions: Object.fromEntries(dimensions),
          },
          period: stat.Period,
          stat: stat.Stat,
        },
      }),
      ...(query.Expression !== undefined && { expression: query.Expression }),
      returnData: query.ReturnData !== false,
    };
  });

/** Emits CloudWatch Alarm State Change. */
export const emitStateChange = (context: EngineContext, before: Alarm, after: Alarm): void => {
  const description = after.settings.AlarmDescription;
  context.emit({
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    resources: [after.arn],
    detail: {
      alarmName: after.name,
      state: stateShape(after),
      previousState: stateShape(before),
      configuration: { metrics: metricsOfEvent(after.settings), ...(description !== undefined && { description }) },
    },
  });
};

// AWS writes dimensions small here, wherever they stand, and statistics large.
const small = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(small);
  if (!isShape(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'Dimensions'
        ? read.shapes(value, name).map((each) => ({ value: each.Value, name: each.Name }))
        : small(inner),
    ]),
  );
};

/** What the alarm looks at, as its notification tells (recorded by LocalStack's test_cloudwatch.py). */
const triggerOf = (settings: Shape): Shape => {
  const own = Object.entries(settings).filter(([name]) => !/^(Alarm|OK|Insufficient|Actions|Tags)/.test(name));
  const statistic = read.optionalText(settings, 'Statistic');
  const isExtended = settings.ExtendedStatistic !== undefined;
  return {
    EvaluateLowSampleCountPercentile: '',
    ...Object(small(Object.fromEntries(own))),
    ...(statistic !== undefined && { StatisticType: 'Statistic', Statistic: statistic.toUpperCase() }),
    ...(isExtended && { StatisticType: 'ExtendedStatistic' }),
  };
};

const notificationText = (context: EngineContext, before: Alarm, after: Alarm): string => {
  const { settings } = after;
  return JSON.stringify({
    AlarmName: after.name,
    AlarmDescription: settings.AlarmDescription ?? null,
    AWSAccountId: context.account,
    AlarmConfigurationUpdatedTimestamp: isoTime(after.updatedMs),
    NewStateValue: after.state,
    NewStateReason: after.reason,
    StateChangeTime: isoTime(after.changedMs),
    Region: context.region,
    AlarmArn: after.arn,
    OldStateValue: before.state,
    OKActions: read.texts(settings, 'OKActions'),
    AlarmActions: read.texts(settings, 'AlarmActions'),
    InsufficientDataActions: read.texts(settings, 'InsufficientDataActions'),
    Trigger: triggerOf(settings),
  });
};

const lambdaPayload = (context: EngineContext, before: Alarm, after: Alarm): string =>
  JSON.stringify({
    source: 'aws.cloudwatch',
    alarmArn: after.arn,
    accountId: context.account,
    time: isoTime(after.changedMs),
    region: context.region,
    alarmData: {
      alarmName: after.name,
      state: stateShape(after),
      previousState: stateShape(before),
      configuration: Object.fromEntries(
        Object.entries({ description: after.settings.AlarmDescription, metrics: metricsOfEvent(after.settings) }).map(
          ([name, value]) => [lowerFirst(name), value],
        ),
      ),
    },
  });

/** Whether the engine can carry out an alarm action: SNS topics and Lambda functions. */
export const isActionKnown = (arn: string): boolean => ['sns', 'lambda'].includes(parseArn(arn)?.service ?? '');

/** The deliveries that the new state of an alarm asks for. */
export const actionsOf = (context: EngineContext, before: Alarm, after: Alarm): readonly Delivery[] => {
  if (read.flag(after.settings, 'ActionsEnabled') === false) return [];
  const once = { owedBy: after.arn, retries: 5, maxAgeSeconds: 3600 };
  return read.texts(after.settings, ACTIONS[after.state]).map((arn): Delivery => {
    if (parseArn(arn)?.service === 'lambda') {
      const input = { FunctionName: arn, InvocationType: 'Event', Payload: lambdaPayload(context, before, after) };
      return { ...once, service: 'lambda', operation: 'Invoke', input };
    }
    const Subject = `${after.state}: "${after.name}" in ${context.region}`.slice(0, 100);
    const input = { TopicArn: arn, Subject, Message: notificationText(context, before, after) };
    return { ...once, service: 'sns', operation: 'Publish', input };
  });
};
