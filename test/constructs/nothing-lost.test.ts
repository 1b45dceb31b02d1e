// Properties that hold of every resource of a kind: nothing is lost, nothing is kept for ever, nothing is exotic.
import { describe, expect, test } from '@jest/globals';
import { fixtureTemplate, type Resource, resourcesOf } from './fixtures/app.ts';

const template = fixtureTemplate({ alertEmail: 'ops@example.com' });

const offenders = (
  type: string,
  holds: (properties: Resource['Properties'], id: string) => boolean,
): readonly string[] => {
  const all = resourcesOf(template, type);
  expect(all.length).toBeGreaterThan(0);
  return all.flatMap(([id, { Properties }]) => (holds(Properties, id) ? [] : [id]));
};

/** Whether a message can end in this queue: another queue, a rule, a schedule or a function names it, or settle sends there. */
const isDeadLetterQueue = (id: string, { QueueName }: Resource['Properties']): boolean =>
  String(QueueName).endsWith('-dead-letters') ||
  resourcesOf(template).some(([, { Properties }]) => {
    const { RedrivePolicy, DeadLetterConfig, Targets } = Properties;
    return JSON.stringify({ RedrivePolicy, DeadLetterConfig, Targets }).includes(`"${id}"`);
  });

const days14 = 14 * 24 * 60 * 60;

describe('every', () => {
  test('queue has a dead-letter queue or is one, which keeps messages for 14 days', () => {
    const kept = (properties: Resource['Properties'], id: string) =>
      properties.RedrivePolicy !== undefined ||
      (isDeadLetterQueue(id, properties) && properties.MessageRetentionPeriod === days14);
    expect(offenders('AWS::SQS::Queue', kept)).toEqual([]);
  });

  test('queue is encrypted', () => {
    expect(offenders('AWS::SQS::Queue', ({ SqsManagedSseEnabled }) => SqsManagedSseEnabled === true)).toEqual([]);
  });

  test('target of a rule is retried and has a dead-letter queue', () => {
    const kept = ({ Targets }: Resource['Properties']) =>
      (Targets as { DeadLetterConfig?: object; RetryPolicy?: object }[]).every(
        ({ DeadLetterConfig, RetryPolicy }) => DeadLetterConfig && RetryPolicy,
      );
    expect(offenders('AWS::Events::Rule', kept)).toEqual([]);
  });

  test('function writes to a log group of its own', () => {
    const groups = resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) =>
      JSON.stringify(Properties.LoggingConfig),
    );
    expect(groups.every((group) => group?.includes('LogGroup'))).toBe(true);
    expect(new Set(groups).size).toBe(groups.length);
  });

  test('log group forgets', () => {
    expect(offenders('AWS::Logs::LogGroup', ({ RetentionInDays }) => RetentionInDays === 30)).toEqual([]);
  });

  test('alarm says what to do, tells somebody, and is quiet without data', () => {
    const useful = ({ AlarmDescription, AlarmActions, TreatMissingData }: Resource['Properties']) =>
      String(AlarmDescription).length > 20 && Array.isArray(AlarmActions) && TreatMissingData === 'notBreaching';
    expect(offenders('AWS::CloudWatch::Alarm', useful)).toEqual([]);
  });

  test('dashboard is JSON that CloudWatch can lay out', () => {
    const laidOut = ({ DashboardBody }: Resource['Properties']) => {
      const { widgets } = JSON.parse(flat(DashboardBody)) as { widgets: { x: number; width: number }[] };
      return widgets.length >= 6 && widgets.every(({ x, width }) => x + width <= 24);
    };
    expect(offenders('AWS::CloudWatch::Dashboard', laidOut)).toEqual([]);
  });
});

/** A joined text with its tokens as `token`. */
const flat = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : (value as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
        .map((part) => (typeof part === 'string' ? part : 'token'))
        .join('');

test('there are no custom resources, nor any type that the local engine does not run', () => {
  const types = new Set(resourcesOf(template).map(([, { Type }]) => Type));
  expect([...types].sort()).toEqual([
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::Dashboard',
    'AWS::DynamoDB::Table',
    'AWS::Events::EventBus',
    'AWS::Events::Rule',
    'AWS::IAM::Policy',
    'AWS::IAM::Role',
    'AWS::Lambda::EventSourceMapping',
    'AWS::Lambda::Function',
    'AWS::Lambda::Permission',
    'AWS::Lambda::Version',
    'AWS::Logs::LogGroup',
    'AWS::Logs::QueryDefinition',
    'AWS::S3::Bucket',
    'AWS::S3::BucketPolicy',
    'AWS::SNS::Subscription',
    'AWS::SNS::Topic',
    'AWS::SNS::TopicPolicy',
    'AWS::SQS::Queue',
    'AWS::SQS::QueuePolicy',
    'AWS::SSM::Parameter',
    'AWS::Scheduler::Schedule',
    'AWS::StepFunctions::StateMachine',
  ]);
});

test('what a state machine calls are versions, which stay when the next deployment makes others', () => {
  const versions = resourcesOf(template, 'AWS::Lambda::Version');
  const ids = versions.map(([id]) => id);
  const called = resourcesOf(template, 'AWS::StepFunctions::StateMachine').flatMap(([, { Properties }]) =>
    Object.entries(Properties.DefinitionSubstitutions as { readonly [name: string]: { readonly Ref: string } })
      .filter(([name]) => name !== 'definitionHash')
      .map(([, { Ref }]) => Ref),
  );
  expect(ids.toSorted()).toEqual([...new Set(called)].sort());
  expect(new Set(versions.map(([, { DeletionPolicy }]) => DeletionPolicy))).toEqual(new Set(['Retain']));
});
