import { arnOf } from '../../arn.ts';
import { nameOf, type ResourceHandler } from '../resource.ts';

/** AWS::CloudWatch::Dashboard. */
export const dashboard: ResourceHandler = {
  applied: ['DashboardName', 'DashboardBody'],
  accepted: ['Tags'],
  apply: async (resource, context) => {
    const DashboardName = nameOf(resource, 'DashboardName', { longest: 255 });
    const { DashboardBody } = resource.properties;
    await context.service('cloudwatch').call('PutDashboard', { DashboardName, DashboardBody });
    return { physicalId: DashboardName, attributes: {} };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('cloudwatch').call('DeleteDashboards', { DashboardNames: [physicalId] });
  },
};

const ALARM = [
  'ActionsEnabled',
  'AlarmActions',
  'AlarmDescription',
  'AlarmName',
  'ComparisonOperator',
  'DatapointsToAlarm',
  'Dimensions',
  'EvaluateLowSampleCountPercentile',
  'EvaluationPeriods',
  'ExtendedStatistic',
  'InsufficientDataActions',
  'MetricName',
  'Metrics',
  'Namespace',
  'OKActions',
  'Period',
  'Statistic',
  'Threshold',
  'TreatMissingData',
  'Unit',
];

/** AWS::CloudWatch::Alarm. */
export const alarm: ResourceHandler = {
  applied: ALARM,
  accepted: ['Tags'],
  apply: async (resource, context) => {
    const { Tags: _tags, ...settings } = resource.properties;
    const AlarmName = nameOf(resource, 'AlarmName', { longest: 255 });
    await context.service('cloudwatch').call('PutMetricAlarm', { ...settings, AlarmName });
    const arn = arnOf(context, 'cloudwatch', `alarm:${AlarmName}`);
    return { physicalId: AlarmName, arn, attributes: { Arn: arn } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('cloudwatch').call('DeleteAlarms', { AlarmNames: [physicalId] });
  },
};
