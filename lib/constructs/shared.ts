// What an Orchestrator gives its pipelines, as an interface: Orchestrator makes pipelines, so they cannot import it.
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import type { Deadline, ExecutionType } from '../definition/index.ts';
import type { Overlap } from '../records/index.ts';
import type { Bundles } from './bundles.ts';

/** Settings of every stage's Lambda that no contract gives. */
export interface StageDefaults {
  /** Further environment variables. @default none */
  readonly environment?: { readonly [name: string]: string };
  /** How long logs are kept. @default one month */
  readonly logRetention?: RetentionDays;
}

/** What tells a person how runs go, beside the ledger. */
export interface Monitoring {
  /**
   * Dollars that the runs of a pipeline that end on one day (UTC) may cost together, by its name: an alarm tells when they cost
   * more. By `prices` and what handlers say; the ledger (`heddle cost`) is right to the cent. @default none
   */
  readonly budgets?: { readonly [pipeline: string]: number };
  /** The file of prices that costs are counted by. @default `heddle.prices.json` beside cdk.json where there is one, else list prices */
  readonly prices?: string;
  /** Percent of the runs of an hour, of five at least, that may fail before an alarm tells so. @default 20 */
  readonly failurePercent?: number;
  /**
   * Widgets on the dashboards that show runs and dead letters, with buttons: two functions, which cost by the call, as often as a dashboard is
   * looked at. @default true
   */
  readonly widgets?: boolean;
  /** X-Ray traces of state machines and functions: $5 for a million. @default true */
  readonly tracing?: boolean;
}

/** What of a pipeline decides what the operators may do for it. */
export interface PipelineNeeds {
  /** @default 'standard' */
  readonly type?: ExecutionType;
  readonly overlap?: Overlap | undefined;
  /** What its failed runs did is undone. @default false */
  readonly compensates?: boolean;
  readonly deadline?: Deadline | undefined;
  /** ARNs of the objects that it maps over the rows of, and of the buckets in which they are listed. */
  readonly rows?: { readonly objects: readonly string[]; readonly listed: readonly string[] };
  /** The pipelines that it runs, which are cancelled with it. */
  readonly runs?: readonly string[];
  /** The pools that its stages use. */
  readonly pools?: readonly string[];
  /** Stages of it wait for jobs that AWS does not end with the run. @default false */
  readonly leavesJobs?: boolean;
}

export interface IOrchestrator extends IConstruct {
  readonly orchestratorName: string;
  readonly ledger: Table;
  readonly payloads: Bucket;
  readonly inbox: Bucket;
  readonly eventBus: EventBus;
  readonly startQueue: IQueue;
  readonly undelivered: IQueue;
  readonly alerts: ITopic;
  /** The operators that a pipeline's state machine and replay queue call. */
  readonly operators: {
    readonly [operator in 'begin' | 'settle' | 'mend' | 'finish' | 'replay' | 'dispatch']: LambdaFunction;
  };
  readonly bundles: Bundles;
  /** The directory of the stages' handlers. */
  readonly handlers: string;
  readonly stageDefaults: StageDefaults;
  readonly monitoring: Monitoring;
  /** Puts a pipeline into the manifest and on the dashboard. Every Pipeline does this itself. */
  register(pipeline: string, needs?: PipelineNeeds): void;
}
