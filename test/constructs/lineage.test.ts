import { expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { fixtureTemplate, resourcesOf } from './fixtures/app.ts';
import { statementsOf } from './fixtures/policies.ts';

const operators = (template: ReturnType<typeof fixtureTemplate>) =>
  resourcesOf(template, 'AWS::Lambda::Function').filter(
    ([, { Properties }]) =>
      'HEDDLE_LINEAGE' in
      (Properties.Environment as { readonly Variables: { readonly [name: string]: string } }).Variables,
  );

test('without it nothing is there that knows of it', () => {
  const template = fixtureTemplate();
  expect(operators(template)).toEqual([]);
  template.resourceCountIs('AWS::Events::ApiDestination', 0);
});

test('on the bus: every operator knows, and begin may put events there', () => {
  const template = fixtureTemplate({ lineage: true });
  expect(operators(template)).toHaveLength(9);
  template.resourceCountIs('AWS::Events::ApiDestination', 0);
  const putters = resourcesOf(template, 'AWS::IAM::Policy').filter(
    ([id, { Properties }]) => id.includes('OperatorsBegin') && JSON.stringify(Properties).includes('events:PutEvents'),
  );
  expect(putters).toHaveLength(1);
});

test('to an endpoint: posted as it is, retried for a day, then kept', () => {
  const template = fixtureTemplate({ lineage: { endpoint: 'https://marquez.example.com/api/v1/lineage' } });
  template.hasResourceProperties('AWS::Events::ApiDestination', {
    HttpMethod: 'POST',
    InvocationEndpoint: 'https://marquez.example.com/api/v1/lineage',
    InvocationRateLimitPerSecond: 50,
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { source: ['heddle'], 'detail-type': ['OpenLineage Run Event'] },
    Targets: [
      Match.objectLike({
        InputPath: '$.detail',
        RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
        DeadLetterConfig: { Arn: Match.anyValue() },
      }),
    ],
  });
  template.hasResourceProperties('AWS::SQS::Queue', {
    QueueName: 'heddle-lineage-dead-letters',
    MessageRetentionPeriod: 1_209_600,
  });
});

test('to a domain of Amazon DataZone: by a function that may do just that', () => {
  const template = fixtureTemplate({ lineage: { dataZone: 'dzd_4dx1example' } });
  template.resourceCountIs('AWS::Events::ApiDestination', 0);
  const [poster] = statementsOf(template).filter(({ actions }) => actions.includes('datazone:PostLineageEvent'));
  expect(poster).toMatchObject({
    role: expect.stringContaining('LineageDataZoneRole'),
    actions: ['datazone:PostLineageEvent'],
    resources: ['arn:Partition:datazone:Region:AccountId:domain/dzd_4dx1example'],
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    FunctionName: 'heddle-post-lineage',
    DeadLetterConfig: { TargetArn: Match.anyValue() },
    Environment: { Variables: { HEDDLE_DATAZONE_DOMAIN: 'dzd_4dx1example' } },
  });
});

test('to both at once; what is no domain is refused', () => {
  const template = fixtureTemplate({
    lineage: { endpoint: 'https://marquez.example.com/api/v1/lineage', dataZone: 'dzd_4dx1example' },
  });
  template.resourcePropertiesCountIs('AWS::Events::Rule', { Name: 'heddle-lineage' }, 1);
  const refused = () => fixtureTemplate({ lineage: { dataZone: 'my-domain' } });
  expect(refused).toThrow("HDL859 lineage.dataZone: 'my-domain' is no id of a domain of Amazon DataZone");
});
