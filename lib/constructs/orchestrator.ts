import { Lazy, RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Pipeline as PipelineDefinition } from '../definition/index.ts';
import { alertEvents, alertsTopic } from './alerts.ts';
import { Buckets } from './buckets.ts';
import { Bundles } from './bundles.ts';
import { checkDefinitions } from './check-definitions.ts';
import { onDeadExecutions } from './dead-executions.ts';
import { handlerFiles } from './handler-file.ts';
import { Ledger } from './ledger.ts';
import { type LineageOptions, postLineage } from './lineage.ts';
import { operatorQueries } from './log-queries.ts';
import { manifestParameter } from './manifest-parameter.ts';
import { checkMonitoring } from './monitoring.ts';
import { idOf, names } from './names.ts';
import { dispatchTimeout, Operators, type OperatorsProps, operatorEntries } from './operators.ts';
import { orchestratorAlarms } from './orchestrator-alarms.ts';
import { OrchestratorDashboard } from './orchestrator-dashboard.ts';
import { Pipeline } from './pipeline.ts';
import { saidPrices } from './prices.ts';
import { Queues } from './queues.ts';
import type { IOrchestrator, Monitoring, PipelineNeeds, StageDefaults } from './shared.ts';
import { sweeps } from './sweeps.ts';
import { backfillRuns } from './triggers/backfill-runs.ts';
import { Widgets, widgetEntries } from './widgets.ts';

export interface OrchestratorProps {
  /** Pipelines to make at once. @default none: make each with `new Pipeline` */
  readonly pipelines?: readonly PipelineDefinition[];
  /** Part of the name of everything it owns: two orchestrators of one account and region need two. @default 'heddle' */
  readonly name?: string;
  /** The directory of the stages' handlers, `<pipeline>/<stage>.ts` in it. @default 'lambdas/stages' */
  readonly handlers?: string;
  /** Of the ledger and the buckets. @default RETAIN */
  readonly removalPolicy?: RemovalPolicy;
  /** Where alarms and questions go; its policy must let CloudWatch and EventBridge publish. @default a topic of its own */
  readonly alerts?: ITopic;
  /** Somebody to tell by e-mail, when the topic is its own. @default nobody */
  readonly alertEmail?: string;
  /**
   * Puts the lineage of runs on the bus as OpenLineage run events; posts them: `{ endpoint: 'https://…/api/v1/lineage' }`, `{ dataZone: 'dzd_…' }`.
   * @default not: `heddle lineage` has it from the ledger either way
   */
  readonly lineage?: boolean | LineageOptions;
  /** @default no further environment, logs for one month */
  readonly stageDefaults?: StageDefaults;
  /** Budgets, alarms and traces. @default as each of its options says */
  readonly monitoring?: Monitoring;
  /** Calls of `dispatch` at once, 2 to 1,000: each starts ten runs a second. `npm run simulate` says what else that takes. @default 10 */
  readonly startConcurrency?: number;
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
  readonly monitoring: Monitoring;
  readonly #dashboard: OrchestratorDashboard;
  readonly #widgets: Widgets | undefined;
  readonly #registered: string[] = [];
  readonly #pipelines = new Map<string, Pipeline>();

  constructor(scope: Construct, id: string, props: OrchestratorProps = {}) {
    super(scope, id);
    const { pipelines = [], name = 'heddle', handlers = 'lambdas/stages' } = props;
    const { removalPolicy = RemovalPolicy.RETAIN, stageDefaults = {}, lineage = false, monitoring = {} } = props;
    this.orchestratorName = name;
    this.handlers = handlers;
    this.stageDefaults = stageDefaults;
    this.monitoring = monitoring;
    checkMonitoring(this, monitoring, this.#registered);
    checkDefinitions({ orchestrator: name, pipelines, among: pipelines, handlers });
    const entries = pipelines.flatMap((pipeline) => handlerFiles(handlers, pipeline));
    const shows = monitoring.widgets !== false;
    this.bundles.add(this, [...operatorEntries, ...(shows ? widgetEntries : []), ...entries]);

    this.ledger = new Ledger(this, 'Ledger', removalPolicy).table;
    const buckets = new Buckets(this, 'Buckets', removalPolicy);
    this.payloads = buckets.payloads;
    this.inbox = buckets.inbox;
    this.eventBus = new EventBus(this, 'Bus', { eventBusName: names.eventBus(name) });
    const queues = new Queues(this, 'Queues', { orchestrator: name, consumerTimeout: dispatchTimeout });
    this.startQueue = queues.start;
    this.undelivered = queues.undelivered;
    this.alerts = props.alerts ?? alertsTopic(this, `${name}-alerts`, props.alertEmail);
    const { ledger, payloads, eventBus, bundles, alerts } = this;
    const needs: OperatorsProps = {
      orchestrator: name,
      lineage: lineage !== false,
      ledger,
      payloads,
      eventBus,
      queues,
      bundles,
      prices: saidPrices(monitoring.prices),
      tracing: monitoring.tracing,
      startConcurrency: props.startConcurrency,
    };
    const operators = new Operators(this, 'Operators', needs);
    if (shows) this.#widgets = new Widgets(this, 'Widgets', needs);
    this.operators = operators;
    if (typeof lineage === 'object') postLineage(this, needs, lineage);
    alertEvents(this, name, eventBus, alerts, queues.undelivered);
    backfillRuns(this, this);
    onDeadExecutions(this, name, operators.reconcile, queues.undelivered);
    sweeps(this, name, operators.sweep, queues.undelivered);
    const alarms = orchestratorAlarms(this, { orchestrator: name, queues, operators, topic: alerts });
    this.#dashboard = new OrchestratorDashboard(this, 'Dashboard', {
      orchestrator: name,
      queues,
      operators,
      alarms,
      monitoring,
    });
    operatorQueries(this, name, operators);
    this.#writeManifest(queues);
    const made = new Construct(this, 'Pipelines');
    for (const definition of pipelines) {
      const pipeline = new Pipeline(made, idOf(definition.name), { orchestrator: this, definition });
      this.#pipelines.set(definition.name, pipeline);
    }
  }

  /** One of the pipelines given to the constructor. Throws for any other. */
  pipeline(name: string): Pipeline {
    const pipeline = this.#pipelines.get(name);
    if (pipeline) return pipeline;
    throw new Error(`${this.node.path} made no pipeline ${name}; it made ${[...this.#pipelines.keys()].join(', ')}`);
  }

  register(pipeline: string, needs: PipelineNeeds = {}): void {
    if (this.#registered.includes(pipeline))
      throw new Error(`the orchestrator ${this.orchestratorName} has a pipeline ${pipeline} already`);
    this.#registered.push(pipeline);
    this.operators.serve(pipeline, needs);
    this.#widgets?.serve();
    this.#dashboard.addPipeline(pipeline);
  }

  #writeManifest(queues: Queues): void {
    manifestParameter(this, this.orchestratorName, {
      orchestrator: this.orchestratorName,
      // Pipelines may still be added after this.
      pipelines: Lazy.list({ produce: () => this.#registered }),
      table: this.ledger.tableName,
      payloadBucket: this.payloads.bucketName,
      inboxBucket: this.inbox.bucketName,
      startQueueUrl: queues.start.queueUrl,
      startDeadLetterQueueUrl: queues.startFailed.queueUrl,
      undeliveredQueueUrl: queues.undelivered.queueUrl,
      eventBus: this.eventBus.eventBusName,
      alertsTopicArn: this.alerts.topicArn,
      answerFunction: this.operators.answer.functionName,
    });
  }
}
