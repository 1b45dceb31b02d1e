// The operator Lambdas, each with its own role and only the rights that its work needs.
import { fileURLToPath } from 'node:url';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  compensationSuffix,
  environmentNames,
  manifestName,
  mendedRows,
  openIndex,
  startQueue,
} from '../records/index.ts';
import { acceptFindings } from './accepted-findings.ts';
import { allow, allowLedger, allowMetrics, allowObjects, allowPools, indexArn } from './access.ts';
import type { Bundles } from './bundles.ts';
import { handlerFunction } from './handler-function.ts';
import { idOf, names } from './names.ts';
import { type Queues, rulesOf } from './queues.ts';
import type { PipelineNeeds } from './shared.ts';

interface OperatorFacts {
  readonly timeoutSeconds: number;
  readonly description: string;
  /** @default 512 */
  readonly memoryMb?: number;
}

const operators = {
  begin: { timeoutSeconds: 60, description: 'Starts a run: the first state of every execution' },
  // It gives up before its states do, which call it again after two minutes.
  settle: { timeoutSeconds: 110, description: 'Settles stages and items that failed for good, and maps' },
  // It parses up to 10 GB, with a whole vCPU. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
  mend: {
    timeoutSeconds: 900,
    memoryMb: 1_769,
    description: 'Looks through the rows of a map that could not be read, and copies them',
  },
  finish: { timeoutSeconds: 60, description: 'Ends a run: the last state of every execution' },
  dispatch: { timeoutSeconds: 30, description: 'Takes start messages and starts executions' },
  answer: { timeoutSeconds: 30, description: 'Takes the answer to a question that a run waits with' },
  replay: { timeoutSeconds: 60, description: 'Takes dead letters that are to be done again and lets their runs go on' },
  sweep: { timeoutSeconds: 240, description: 'Looks at the runs that are not over' },
  reconcile: { timeoutSeconds: 30, description: 'Settles the run of an execution that died' },
} as const satisfies { readonly [name: string]: OperatorFacts };
type Operator = keyof typeof operators;

/** The handler of an operator: part of Heddle, wherever the app runs. */
const entryOf = (operator: Operator): string =>
  fileURLToPath(new URL(`../../lambdas/operators/${operator}.ts`, import.meta.url));

export const operatorEntries: readonly string[] = (Object.keys(operators) as Operator[]).map(entryOf);

/** Of `dispatch`: the start queue's visibility follows from it. */
export const dispatchTimeout = Duration.seconds(operators.dispatch.timeoutSeconds);

/** Of `replay`: the visibility of the replay queues follows from it. */
export const replayTimeout = Duration.seconds(operators.replay.timeoutSeconds);

export interface OperatorsProps {
  readonly orchestrator: string;
  readonly ledger: Table;
  readonly payloads: Bucket;
  readonly eventBus: EventBus;
  readonly queues: Queues;
  /** Whether the lineage of runs goes on the bus. */
  readonly lineage: boolean;
  /** What the app says of prices, as JSON. */
  readonly prices?: string | undefined;
  /** @default true */
  readonly tracing?: boolean | undefined;
  /** Calls of `dispatch` at once. */
  readonly startConcurrency?: number | undefined;
  /** Holds the bundles of `operatorEntries`. */
  readonly bundles: Bundles;
}

/** Where every function of ours finds what pipelines share. */
export const commonEnvironment = ({
  ledger,
  payloads,
  startQueue: queue,
  eventBus,
  orchestrator,
}: Pick<OperatorsProps, 'ledger' | 'payloads' | 'eventBus' | 'orchestrator'> & { readonly startQueue: IQueue }): {
  readonly [name: string]: string;
} => ({
  [environmentNames.table]: ledger.tableName,
  [environmentNames.payloadBucket]: payloads.bucketName,
  [environmentNames.startQueue]: queue.queueUrl,
  [environmentNames.eventBus]: eventBus.eventBusName,
  [environmentNames.manifestPath]: `${manifestName(orchestrator)}/`,
});

/** What Lambda needs to take from a queue on a function's behalf. */
export const consuming = [
  'sqs:ReceiveMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueueUrl',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
];

export class Operators extends Construct {
  readonly begin: LambdaFunction;
  readonly settle: LambdaFunction;
  readonly mend: LambdaFunction;
  readonly finish: LambdaFunction;
  readonly dispatch: LambdaFunction;
  readonly answer: LambdaFunction;
  readonly replay: LambdaFunction;
  readonly reconcile: LambdaFunction;
  readonly sweep: LambdaFunction;
  readonly #props: OperatorsProps;
  #looksAfter = false;
  readonly #allowed = new Set<string>();
  readonly #statements = new Map<string, PolicyStatement>();
  #tellsDispatch = false;
  #servesPools = false;

  constructor(scope: Construct, id: string, props: OperatorsProps) {
    super(scope, id);
    const { orchestrator, ledger, payloads, eventBus, queues } = props;
    this.#props = props;

    this.begin = this.#make('begin', props);
    allowLedger(this.begin, ledger.tableArn, ['read', 'write']);
    allowObjects(this.begin, payloads.bucketArn, ['read'], ['payloads/']);
    if (props.lineage) eventBus.grantPutEventsTo(this.begin);

    this.settle = this.#make('settle', props);
    this.mend = this.#make('mend', props);
    for (const settler of [this.settle, this.mend]) {
      allowLedger(settler, ledger.tableArn, ['read', 'write']);
      allowObjects(settler, payloads.bucketArn, ['read', 'write'], ['payloads/']);
      eventBus.grantPutEventsTo(settler);
    }
    allow(this.settle, ['sqs:SendMessage'], [queues.start.queueArn]); // for runs of other pipelines

    this.finish = this.#make('finish', props);
    allowLedger(this.finish, ledger.tableArn, ['read', 'write']);
    allowObjects(this.finish, payloads.bucketArn, ['read', 'write'], ['payloads/']);
    eventBus.grantPutEventsTo(this.finish);

    this.dispatch = this.#make('dispatch', props);
    allowLedger(this.dispatch, ledger.tableArn, ['read', 'write']);
    allowObjects(this.dispatch, payloads.bucketArn, ['read', 'write'], ['payloads/']);
    allow(this.dispatch, ['sqs:SendMessage'], [queues.start.queueArn]); // for what was held, missed or spread, and runs of backfills
    this.dispatch.addEventSource(
      new SqsEventSource(queues.start, {
        batchSize: startQueue.batch,
        reportBatchItemFailures: true,
        maxConcurrency: props.startConcurrency ?? startQueue.consumers,
      }),
    );

    // How much is asked of the account decides on what is started.
    allowMetrics(this.dispatch);

    // What could not start a run is told; an event that is redriven here becomes what its rule makes of it.
    eventBus.grantPutEventsTo(this.dispatch);
    allow(this.dispatch, ['events:ListTargetsByRule'], rulesOf(this, orchestrator, '*'));

    acceptFindings(this.dispatch, 'Serverless-LambdaEventSourceMappingDestination');

    this.answer = this.#make('answer', props);
    allowLedger(this.answer, ledger.tableArn, ['read', 'write']);
    allowObjects(this.answer, payloads.bucketArn, ['read', 'write'], ['payloads/']);

    this.replay = this.#make('replay', props);
    allowLedger(this.replay, ledger.tableArn, ['read', 'write']);
    allowObjects(this.replay, payloads.bucketArn, ['read', 'write'], ['payloads/']);
    eventBus.grantPutEventsTo(this.replay); // where a run is to go on of whose end nobody was told

    this.reconcile = this.#make('reconcile', props, {
      HEDDLE_MACHINE_PREFIX: names.stateMachine(orchestrator, ''),
    });
    allowLedger(this.reconcile, ledger.tableArn, ['read', 'write']);
    allowObjects(this.reconcile, payloads.bucketArn, ['read', 'write'], ['payloads/']);
    eventBus.grantPutEventsTo(this.reconcile);

    this.sweep = this.#make('sweep', props);
    allowLedger(this.sweep, ledger.tableArn, ['read', 'write']);
    allow(this.sweep, ['dynamodb:Query'], [indexArn(ledger.tableArn, openIndex.name)]);
    allowObjects(this.sweep, payloads.bucketArn, ['read', 'write'], ['payloads/']);
    eventBus.grantPutEventsTo(this.sweep);
    allow(this.sweep, ['sqs:SendMessage'], [queues.start.queueArn]);
  }

  /** All of them, by name. */
  get all(): { readonly [operator in Operator]: LambdaFunction } {
    const { begin, settle, mend, finish, dispatch, answer, replay, reconcile, sweep } = this;
    return { begin, settle, mend, finish, dispatch, answer, replay, reconcile, sweep };
  }

  /**
   * Gives the operators their rights on a pipeline. By its names, for what it is made of may stand in another stack. But for starting (not
   * compensations) and stopping, they are on all pipelines of this orchestrator in one: AWS attaches ten policies to a role.
   */
  serve(
    pipeline: string,
    { type, overlap, compensates = false, deadline, rows, runs = [], pools = [], leavesJobs = false }: PipelineNeeds,
  ): void {
    const { orchestrator } = this.#props;
    const machine = this.#arn('states', `stateMachine:${names.stateMachine(orchestrator, pipeline)}`);
    const own = [this.#executionsOf(pipeline)];
    const machines = [this.#arn('states', `stateMachine:${names.stateMachine(orchestrator, '*')}`)];
    const executions = [this.#executionsOf('*')];
    const manifests = [this.#arn('ssm', `parameter${manifestName(orchestrator, '*')}`)];
    const deadLetters = [this.#arn('sqs', names.deadLetterQueue(orchestrator, '*'))];
    const hasRows = rows !== undefined && rows.objects.length > 0;
    const settlers = hasRows ? [this.settle, this.mend] : [this.settle];
    // What failed, what a further execution did not come to, what can never be replayed, what is left standing of a compensation.
    for (const sender of [...settlers, this.finish, this.reconcile]) {
      this.#allow(sender, ['sqs:SendMessage'], deadLetters);
      this.#allow(sender, ['ssm:GetParameter'], manifests);
    }
    // And take off what a further execution does again: who lets runs go on, the sweep where somebody died over that.
    const starters = [this.dispatch, this.replay, this.sweep];
    for (const starter of starters) {
      this.#allow(starter, [...consuming, 'sqs:SendMessage'], deadLetters);
      this.#allow(starter, ['ssm:GetParameter'], manifests);
    }
    // To say what is wrong with rows that could not be read, and to write a copy of them that can.
    if (hasRows) {
      this.#allow(this.mend, ['s3:GetObject'], rows.objects);
      if (rows.listed.length > 0) this.#allow(this.mend, ['s3:ListBucket'], rows.listed);
      const { bucketArn } = this.#props.payloads;
      this.#allow(this.mend, ['s3:PutObject', 's3:AbortMultipartUpload'], [`${bucketArn}/${mendedRows(pipeline)}*`]);
    }
    // Tokens are of a state of the machine, or of one of its parts. `settle` wakes who waits for stages that failed.
    for (const waker of [...settlers, this.answer]) this.#allow(waker, ['states:SendTaskSuccess'], machines);
    // For the stage of another run that waits for one of this pipeline's.
    const tasks = ['states:SendTaskSuccess', 'states:SendTaskFailure'];
    for (const ender of [this.finish, this.reconcile, this.dispatch, this.replay, this.sweep])
      this.#allow(ender, tasks, machines);
    this.#allow(this.sweep, ['states:DescribeExecution'], executions);
    this.#allow(this.settle, ['states:SendTaskFailure'], machines);
    for (const starter of starters) this.#allow(starter, ['states:StartExecution'], [machine]);
    if (compensates)
      this.#allow(
        this.dispatch,
        ['states:StartExecution'],
        [this.#arn('states', `stateMachine:${names.stateMachine(orchestrator, '*')}${compensationSuffix}`)],
      );
    this.#allow(this.replay, consuming, [this.#arn('sqs', names.replayQueue(orchestrator, '*'))]);
    if (type === 'express' || overlap === 'cancelRunning' || compensates || deadline) this.#lookAfter();
    if (overlap || compensates) this.#tellDispatch();
    if (pools.length > 0) this.#servePools();
    if (overlap === 'cancelRunning' || deadline?.ends)
      for (const stopper of [this.dispatch, this.sweep]) this.#allow(stopper, ['states:StopExecution'], own);
    if (overlap === 'cancelRunning') this.#allow(this.replay, ['states:StopExecution'], own); // what the gate owes
    // Whoever ends runs that died, or lets such a run go on, stops the runs of other pipelines that those waited for.
    for (const child of runs)
      for (const ender of [this.reconcile, this.dispatch, this.replay, this.sweep])
        this.#allow(ender, ['states:StopExecution'], [this.#executionsOf(child)]);
    if (leavesJobs) this.#allowStopJobs(executions);
  }

  #executionsOf(pipeline: string): string {
    return this.#arn('states', `execution:${names.stateMachine(this.#props.orchestrator, pipeline)}:*`);
  }

  /** Once, whichever pipelines need it; for each action in few statements, of which three go into a policy. */
  #allow(grantee: LambdaFunction, actions: readonly string[], resources: readonly string[], reason?: string): void {
    const right = JSON.stringify([grantee.node.path, actions]);
    for (const resource of resources) {
      if (this.#allowed.has(`${right} ${resource}`)) continue;
      this.#allowed.add(`${right} ${resource}`);
      const last = this.#statements.get(right);
      const into = last && last.resources.length < 12 ? last : undefined;
      this.#statements.set(right, allow(grantee, actions, [resource], reason, into));
    }
  }

  /** Lets who settles runs whose execution died find the jobs that it left in its history, and stop them. */
  #allowStopJobs(executions: readonly string[]): void {
    const jobs = [this.#arn('bedrock', 'model-invocation-job/*')];
    const reason = 'Bedrock gives a job its id: which jobs a run has left is known when it is settled.';
    for (const settler of [this.reconcile, this.sweep]) {
      this.#allow(settler, ['states:GetExecutionHistory'], executions);
      this.#allow(settler, ['bedrock:StopModelInvocationJob'], jobs, reason);
    }
  }

  /** Lets who takes of pools for stages, and who gives back what was left, do so. */
  #servePools(): void {
    if (this.#servesPools) return;
    this.#servesPools = true;
    for (const taker of [this.settle, this.reconcile, this.sweep]) allowPools(taker, this.#props.ledger.tableArn, []);
  }

  /** Lets whoever ends a run say so to `dispatch`, which lets the next one start, or has its work undone. */
  #tellDispatch(): void {
    if (this.#tellsDispatch) return;
    this.#tellsDispatch = true;
    for (const ender of [this.finish, this.reconcile, this.replay])
      allow(ender, ['sqs:SendMessage'], [this.#props.queues.start.queueArn]);
  }

  /** Lets the starters have runs looked at later, and `dispatch` settle those that their executions did not, and tell of them. */
  #lookAfter(): void {
    if (this.#looksAfter) return;
    this.#looksAfter = true;
    allow(this.replay, ['sqs:SendMessage'], [this.#props.queues.start.queueArn]);
  }

  #make(name: Operator, props: OperatorsProps, environment: { readonly [name: string]: string } = {}): LambdaFunction {
    const { timeoutSeconds, description, memoryMb = 512 }: OperatorFacts = operators[name];
    return handlerFunction(new Construct(this, idOf(name)), {
      functionName: names.operator(props.orchestrator, name),
      description,
      code: props.bundles.code(entryOf(name)),
      memoryMb,
      timeoutSeconds,
      tracing: props.tracing,
      environment: {
        ...commonEnvironment({ ...props, startQueue: props.queues.start }),
        ...(props.lineage ? { [environmentNames.lineage]: 'on' } : {}),
        ...(props.prices === undefined ? {} : { [environmentNames.prices]: props.prices }),
        ...environment,
      },
      // Only `reconcile` is called asynchronously; an event that it could not settle must not be lost.
      ...(name === 'reconcile' ? { deadLetterQueue: props.queues.undelivered } : {}),
    });
  }

  #arn(service: string, resource: string): string {
    return Stack.of(this).formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  }
}
