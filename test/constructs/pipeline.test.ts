import { describe, expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { compile } from '../../lib/asl/index.ts';
import { type IPipeline, Orchestrator, Pipeline } from '../../lib/constructs/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { fixtureApp, fixtureTemplate, handlers, resourcesOf, testApp } from './fixtures/app.ts';
import { digest, orders } from './fixtures/pipelines.ts';

const template = fixtureTemplate();

describe('a stage is a Lambda', () => {
  test.each([
    ['memory and timeout come from the contract', 'heddle-orders-list', { MemorySize: 1024, Timeout: 120 }],
    ['or are the defaults of contracts', 'heddle-orders-total', { MemorySize: 512, Timeout: 60 }],
    [
      'it runs on Node 24, on ARM, traced',
      'heddle-orders-cleanFile',
      { Runtime: 'nodejs24.x', Architectures: ['arm64'], TracingConfig: { Mode: 'Active' } },
    ],
    [
      'it is told where everything is',
      'heddle-orders-list',
      {
        Environment: {
          Variables: {
            HEDDLE_TABLE: Match.anyValue(),
            HEDDLE_PAYLOAD_BUCKET: Match.anyValue(),
            HEDDLE_INBOX_BUCKET: Match.anyValue(),
            HEDDLE_DEAD_LETTER_QUEUE_URL: Match.anyValue(),
          },
        },
      },
    ],
  ])('%s', (_, FunctionName, properties) => {
    template.hasResourceProperties('AWS::Lambda::Function', { FunctionName, ...properties });
  });

  test('stageDefaults add environment and keep logs for longer', () => {
    const made = fixtureTemplate({ stageDefaults: { environment: { MODEL: 'small' }, logRetention: 90 } });
    made.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'heddle-orders-list',
      Environment: { Variables: Match.objectLike({ MODEL: 'small' }) },
    });
    made.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/lambda/heddle-orders-list',
      RetentionInDays: 90,
    });
  });
});

describe('the state machine', () => {
  const compiled = compile(graphOf(orders));

  test('is the compiled definition, byte for byte, with every placeholder filled in', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineName: 'heddle-orders',
      DefinitionString: compiled.definition,
      DefinitionSubstitutions: {
        definitionHash: compiled.hash,
        stage_list: Match.anyValue(),
        stage_cleanFile: Match.anyValue(),
        stage_total: Match.anyValue(),
        operator_begin: Match.anyValue(),
        operator_settle: Match.anyValue(),
        operator_finish: Match.anyValue(),
      },
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: Match.objectLike({ Level: 'ERROR', IncludeExecutionData: false }),
    });
  });

  test('and its hash is in the manifest that dispatch reads', () => {
    const manifests = resourcesOf(template, 'AWS::SSM::Parameter').map(([, made]) => JSON.stringify(made.Properties));
    expect(manifests.find((text) => text.includes('/heddle/heddle/orders'))).toContain(compiled.hash);
  });
});

describe('triggers send start messages', () => {
  const delivered = {
    DeadLetterConfig: { Arn: Match.anyValue() },
    RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
  };
  const sends = (template: string) =>
    Match.objectLike({
      ...delivered,
      InputTransformer: { InputPathsMap: { detail: '$.detail' }, InputTemplate: template },
    });
  const lands = (wildcard: string) =>
    Match.objectLike({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [Match.anyValue()] }, object: { key: [{ wildcard }] } },
    });

  test.each([
    [
      'an object under a partition',
      {
        EventPattern: lands('orders/*/*'),
        Targets: [
          sends(
            '{"kind":"object","pipeline":"orders","keyTemplate":"orders/{partition}/*","trigger":"object1","event":{"detail":<detail>}}',
          ),
        ],
      },
    ],
    ['an object named for its partition', { EventPattern: lands('late/*.csv') }],
    [
      'a run of an upstream that completed',
      {
        EventBusName: Match.anyValue(),
        EventPattern: {
          source: ['heddle'],
          'detail-type': ['Heddle Run Completed'],
          detail: { pipeline: ['orders'] },
        },
        Targets: [sends('{"kind":"upstream","pipeline":"digest","event":{"detail":<detail>}}')],
      },
    ],
  ])('%s', (_, properties) => {
    template.hasResourceProperties('AWS::Events::Rule', properties);
  });

  test('a schedule, in its time zone, retried, with its dead letters kept', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Name: 'heddle-orders-schedule1',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/London',
      Target: Match.objectLike({
        ...delivered,
        Input: JSON.stringify({
          kind: 'schedule',
          pipeline: 'orders',
          schedule: 'schedule1',
          time: '<aws.scheduler.scheduled-time>',
          timeZone: 'Europe/London',
          input: { bucket: 'archive', key: 'nightly' },
          catchUp: 'last',
          expression: 'cron(0 3 * * ? *)',
        }),
      }),
    });
  });

  test('the queue takes messages from the rules of this orchestrator only', () => {
    const policies = resourcesOf(template, 'AWS::SQS::QueuePolicy').map(([, made]) => JSON.stringify(made.Properties));
    const start = policies.find((policy) => policy.includes('HeddleQueuesStart8')) ?? '';
    expect(start.match(/:rule\/[^"]+/g)).toEqual([':rule/heddle-*', ':rule/heddle/heddle-*']);
  });
});

describe('what a pipeline gives the rest of an app', () => {
  const arn = 'arn:aws:states:eu-west-1:111111111111:stateMachine:heddle-orders';
  const role = (stack: Stack, id: string) =>
    new Role(stack, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });

  const made = (): { stack: Stack; pipeline: IPipeline } => {
    const { stack, orchestrator } = fixtureApp();
    return { stack, pipeline: orchestrator.pipeline('orders') };
  };
  const imported = (): { stack: Stack; pipeline: IPipeline } => {
    const stack = new Stack(testApp(), 'Other');
    const pipeline = Pipeline.fromPipelineAttributes(stack, 'Orders', {
      pipelineArn: arn,
      stores: {
        ledgerArn: 'arn:aws:dynamodb:eu-west-1:111111111111:table/ledger',
        payloadBucketArn: 'arn:aws:s3:::payloads',
      },
    });
    return { stack, pipeline };
  };

  describe.each([
    ['made here', made],
    ['imported', imported],
  ])('%s', (_, give) => {
    const { stack, pipeline } = give();
    const target = new SnsTopic(new Topic(stack, 'Pager'));
    pipeline.grantStart(role(stack, 'Starter'));
    pipeline.grantReadRuns(role(stack, 'Reader'));
    pipeline.grantReplay(role(stack, 'Mender'));
    pipeline.onRunFailed('Failed', target);
    pipeline.onRunCompleted('Completed', target, { ruleName: 'tell-of-orders' });
    pipeline.onDeadLetter('DeadLetter', target);
    const whole = Template.fromStack(stack);

    const hasPolicy = (id: string, Statement: readonly object[]): void =>
      whole.hasResourceProperties('AWS::IAM::Policy', {
        Roles: [{ Ref: Match.stringLikeRegexp(`^${id}`) }],
        PolicyDocument: { Version: '2012-10-17', Statement },
      });

    test('grantStart lets send to the start queue, nothing else', () => {
      hasPolicy('Starter', [{ Action: 'sqs:SendMessage', Effect: 'Allow', Resource: Match.anyValue() }]);
    });

    test('grantReplay lets send to the replay queue, and take from the dead letters', () => {
      hasPolicy('Mender', [
        { Action: 'sqs:SendMessage', Effect: 'Allow', Resource: Match.anyValue() },
        {
          Action: Match.arrayWith(['sqs:ReceiveMessage', 'sqs:StartMessageMoveTask']),
          Effect: 'Allow',
          Resource: Match.anyValue(),
        },
      ]);
    });

    test('grantReadRuns lets read this pipeline only', () => {
      const keys = ['run#orders#*', 'partition#orders', 'runs#orders'];
      hasPolicy('Reader', [
        {
          Action: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
          Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
          Effect: 'Allow',
          Resource: [Match.anyValue(), Match.anyValue()],
        },
        { Action: 's3:GetObject', Effect: 'Allow', Resource: [Match.anyValue(), Match.anyValue()] },
      ]);
    });

    test.each([
      ['RunsCompleted', (of: IPipeline) => of.metricRunsCompleted(), 'Sum'],
      ['RunsFailed', (of: IPipeline) => of.metricRunsFailed(), 'Sum'],
      ['RunDuration', (of: IPipeline) => of.metricRunDuration(), 'Average'],
      ['DeadLetters', (of: IPipeline) => of.metricDeadLetters(), 'Sum'],
    ])('metric %s', (metricName, metricOf, statistic) => {
      const metric = metricOf(pipeline);
      expect(metric).toMatchObject({ namespace: 'Heddle', metricName, statistic });
      expect(stack.resolve(metric.dimensions)).toEqual({ pipeline: 'orders' });
    });

    test('metricItemsFailed is of one stage', () => {
      const { dimensions } = pipeline.metricItemsFailed('cleanFile');
      expect(stack.resolve(dimensions)).toEqual({ pipeline: 'orders', stage: 'cleanFile' });
    });

    test.each(['Heddle Run Failed', 'Heddle Run Completed', 'Heddle Dead Letter'])('%s reaches a target', (event) => {
      whole.hasResourceProperties('AWS::Events::Rule', {
        EventPattern: { source: ['heddle'], 'detail-type': [event], detail: { pipeline: ['orders'] } },
        EventBusName: Match.anyValue(),
        Targets: [Match.objectLike({ Arn: { Ref: Match.stringLikeRegexp('^Pager') } })],
      });
    });
  });

  test('an import by ARN alone says what grantReadRuns needs', () => {
    const stack = new Stack(testApp(), 'Other');
    const pipeline = Pipeline.fromPipelineArn(stack, 'Orders', arn);
    expect(pipeline.pipelineName).toBe('orders');
    expect(() => pipeline.grantReadRuns(role(stack, 'Reader'))).toThrow(
      'import it with Pipeline.fromPipelineAttributes',
    );
  });

  test('stage() is an escape hatch by id, and suggests the nearest', () => {
    const { orchestrator } = fixtureApp();
    const pipeline = orchestrator.pipeline('orders');
    pipeline.stage('list').handler.addEnvironment('K', 'v');
    expect(() => pipeline.stage('lists')).toThrow('orders has no stage lists. Did you mean list?');
    expect(() => pipeline.stage('nothingLikeIt')).toThrow('It has list, cleanFile, total.');
  });
});

describe('pipelines made one by one', () => {
  test('may stand in another stack than their orchestrator', () => {
    const app = testApp();
    const orchestrator = new Orchestrator(new Stack(app, 'Shared'), 'Heddle', { handlers });
    const stack = new Stack(app, 'Pipelines');
    new Pipeline(stack, 'Orders', { orchestrator, definition: orders });
    new Pipeline(stack, 'Digest', { orchestrator, definition: digest });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 2);
    expect(stack.dependencies.map(({ node }) => node.id)).toEqual(['Shared']);
  });

  test('must not have the same name', () => {
    const stack = new Stack(testApp(), 'Test');
    const orchestrator = new Orchestrator(stack, 'Heddle', { handlers });
    new Pipeline(stack, 'Orders', { orchestrator, definition: orders });
    expect(() => new Pipeline(stack, 'Again', { orchestrator, definition: orders })).toThrow(
      'the orchestrator heddle has a pipeline orders already',
    );
  });
});
