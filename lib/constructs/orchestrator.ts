import { ArnFormat, Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Pipeline as PipelineDefinition } from '../definition/index.ts';
import { graphOf } from '../graph/index.ts';
import { manifestName, type OrchestratorManifest } from '../records/index.ts';
import { alertOnAny } from './alarms.ts';
import { alertsTopic } from './alerts.ts';
import { Buckets } from './buckets.ts';
import { Bundles } from './bundles.ts';
import { checkDefinitions } from './check-definitions.ts';
import { handlerFile } from './handler-file.ts';
import { Ledger } from './ledger.ts';
import { idOf, names } from './names.ts';
import { dispatchTimeout, Operators, operatorEntries } from './operators.ts';
import { OrchestratorDashboard } from './orchestrator-dashboard.ts';
import { Pipeline } from './pipeline.ts';
import { Queues } from './queues.ts';
import type { IOrchestrator, StageDefaults } from './shared.ts';

export interface OrchestratorProps {
  /** Pipelines to make at once. @default none: make each with `new Pipeline` */
  readonly pipelines?: readonly PipelineDefinition[];
  /** Part of the name of everything it owns: two orchestrators of one account and region need two. @default 'heddle' */
  readonly name?: string;
  /** The directory of the stages' handlers, `<pipeline>/<stage>.ts` in it. @default 'lambdas/stages' */
  readonly handlers?: string;
  /** Of the ledger and the buckets. @default RETAIN */
  readonly removalPolicy?: RemovalPolicy;
  /** Where alarms go. @default a topic of its own */
  readonly alerts?: ITopic;
  /** Somebody to tell by e-mail. @default nobody subscribes */
  readonly alertEmail?: string;
  readonly stageDefaults?: StageDefaults;
}

/**
 * What pipelines share: the ledger, the payload and inbox buckets, the start queue, the operators, the event bus, alerts
 * and a dashboard. Throws DefinitionError with every diagnostic of all its pipelines at once.
 *
 * @example
 * const heddle = new Orchestrator(stack, 'Heddle', { pipelines: [orders, report], alertEmail: 'ops@example.com' });
 * heddle.pipeline('orders').grantStart(api);
 */
export class Orchestrator extends Construct implements IOrchestrator {
  readonly orchestratorName: string;
  readonly ledger: Table;
  readonly payloads: Bucket;
  readonly inbox: Bucket;
  readonly eventBus: EventBus;
  readonly startQueue: IQueue;
  readonly undelivered: IQueue;
  readonly alerts: ITopic;
  readonly operators: Operators;
  readonly bundles = new Bundles();
  readonly handlers: string;
  readonly stageDefaults: StageDefaults;
  readonly #queues: Queues;
  readonly #dashboard: OrchestratorDashboard;
  readonly #registered: string[] = [];
  readonly #pipelines = new Map<string, Pipeline>();

  constructor(scope: Construct, id: string, props: OrchestratorProps = {}) {
    super(scope, id);
    const { pipelines = [], name = 'heddle', removalPolicy = RemovalPolicy.RETAIN } = props;
    this.orchestratorName = name;
    this.handlers = props.handlers ?? 'lambdas/stages';
    this.stageDefaults = props.stageDefaults ?? {};
    checkDefinitions({ orchestrator: name, pipelines, handlers: this.handlers });
    this.bundles.add(this, [...operatorEntries, ...pipelines.flatMap((pipeline) => this.#entriesOf(pipeline))]);

    const buckets = new Buckets(this, 'Buckets', removalPolicy);
    this.ledger = new Ledger(this, 'Ledger', removalPolicy).table;
    this.payloads = buckets.payloads;
    this.inbox = buckets.inbox;
    this.eventBus = new EventBus(this, 'Bus', { eventBusName: names.eventBus(name) });
    this.#queues = new Queues(this, 'Queues', { orchestrator: name, consumerTimeout: dispatchTimeout });
    this.startQueue = this.#queues.start;
    this.undelivered = this.#queues.undelivered;
    this.alerts = props.alerts ?? alertsTopic(this, `${name}-alerts`, props.alertEmail);
    this.operators = new Operators(this, 'Operators', {
      orchestrator: name,
      ledger: this.ledger,
      payloads: this.payloads,
      eventBus: this.eventBus,
      queues: this.#queues,
      bundles: this.bundles,
    });
    this.#reconcileDeadExecutions();
    this.#writeManifest();
    this.#makeAlarms();
    this.#dashboard = new OrchestratorDashboard(this, 'Dashboard', {
      orchestrator: name,
      queues: this.#queues,
      operators: this.operators,
    });
    const made = new Construct(this, 'Pipelines');
    for (const definition of pipelines) {
      const pipeline = new Pipeline(made, idOf(definition.name), { orchestrator: this, definition });
      this.#pipelines.set(definition.name, pipeline);
    }
  }

  /** One of the pipelines given to the constructor. Throws for any other. */
  pipeline(name: string): Pipeline {
    const pipeline = this.#pipelines.get(name);
    if (!pipeline)
      throw new Error(`${this.node.path} made no pipeline ${name}: ${[...this.#pipelines.keys()].join(', ')}`);
    return pipeline;
  }

  register(pipeline: string): void {
    this.#registered.push(pipeline);
    this.#dashboard.addPipeline(pipeline);
  }

  #entriesOf(pipeline: PipelineDefinition): readonly string[] {
    return graphOf(pipeline).stages.map(({ node }) => handlerFile(this.handlers, pipeline.name, node.stage.name));
  }

  #reconcileDeadExecutions(): void {
    const machines = Stack.of(this).formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: names.stateMachine(this.orchestratorName, ''),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    new Rule(this, 'DeadExecutions', {
      ruleName: names.operator(this.orchestratorName, 'dead-executions'),
      description: 'Executions that ended without settling their run',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: Match.prefix(machines) },
      },
      targets: [new LambdaFunction(this.operators.reconcile, { deadLetterQueue: this.undelivered })],
    });
  }

  #writeManifest(): void {
    const manifest: OrchestratorManifest = {
      orchestrator: this.orchestratorName,
      pipelines: Lazy.list({ produce: () => this.#registered }),
      table: this.ledger.tableName,
      payloadBucket: this.payloads.bucketName,
      inboxBucket: this.inbox.bucketName,
      startQueueUrl: this.startQueue.queueUrl,
      startDeadLetterQueueUrl: this.#queues.startFailed.queueUrl,
      undeliveredQueueUrl: this.undelivered.queueUrl,
      eventBus: this.eventBus.eventBusName,
      alertsTopicArn: this.alerts.topicArn,
    };
    new StringParameter(this, 'Manifest', {
      parameterName: manifestName(this.orchestratorName),
      description: `Where the shared parts of the orchestrator ${this.orchestratorName} are`,
      stringValue: Stack.of(this).toJsonString(manifest),
    });
  }

  #makeAlarms(): void {
    const alarms = new Construct(this, 'Alarms');
    const perMinute = { period: Duration.minutes(1) };
    const alert = (id: string, what: string, description: string, metric: Parameters<typeof alertOnAny>[2]['metric']) =>
      alertOnAny(alarms, id, {
        alarmName: names.operator(this.orchestratorName, what),
        description,
        metric,
        topic: this.alerts,
      });
    const waiting = { ...perMinute, statistic: Stats.MAXIMUM };
    alert(
      'DispatchErrors',
      'dispatch-errors',
      'The dispatch operator itself failed, so runs may start late. Its log says why.',
      this.operators.dispatch.metricErrors(perMinute),
    );
    alert(
      'StartsFailed',
      'starts-failed',
      `Start messages were given up: they wait in ${names.startDeadLetterQueue(this.orchestratorName)}. The log of dispatch says why; then start the queue's DLQ redrive.`,
      this.#queues.startFailed.metricApproximateNumberOfMessagesVisible(waiting),
    );
    alert(
      'Undelivered',
      'undelivered',
      `Events could not be delivered: they wait in ${names.undeliveredQueue(this.orchestratorName)}, with the reason in their attributes.`,
      this.undelivered.metricApproximateNumberOfMessagesVisible(waiting),
    );
  }
}
