import type { IResource } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IRuleTarget, OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { PipelineMetric } from './metrics.ts';

/** A deployed pipeline, made here or imported. */
export interface IPipeline extends IResource {
  /** The ARN of its state machine. @attribute */
  readonly pipelineArn: string;
  /** @attribute */
  readonly pipelineName: string;

  /** Lets `grantee` ask for runs: send start messages to the orchestrator's start queue. */
  grantStart(grantee: IGrantable): Grant;
  /** Lets `grantee` call the URL that `onRequest` makes. */
  grantRequest(grantee: IGrantable): Grant;
  /** Lets `grantee` send dead letters to be done again, and take them off the dead-letter queue, by AWS's own redrive too. */
  grantReplay(grantee: IGrantable): Grant;
  /** Lets `grantee` read this pipeline's runs, stages and dead letters in the ledger, and their payloads. */
  grantReadRuns(grantee: IGrantable): Grant;

  /** A metric of this pipeline. */
  metric(name: PipelineMetric, options?: MetricOptions): Metric;
  metricRunsCompleted(options?: MetricOptions): Metric;
  metricRunsFailed(options?: MetricOptions): Metric;
  /** Milliseconds from the start of a run to its end. */
  metricRunDuration(options?: MetricOptions): Metric;
  metricDeadLetters(options?: MetricOptions): Metric;
  /** Items of the map stage `stage` that failed for good. */
  metricItemsFailed(stage: string, options?: MetricOptions): Metric;

  /** A rule for each run that fails. The event's detail is a RunEventDetail with the cause. */
  onRunFailed(id: string, target: IRuleTarget, options?: OnEventOptions): Rule;
  /** A rule for each run that completes. The event's detail is a RunEventDetail. */
  onRunCompleted(id: string, target: IRuleTarget, options?: OnEventOptions): Rule;
  /** A rule for each stage that failed for good; of a map whose items did, for all of them at once, with their number. */
  onDeadLetter(id: string, target: IRuleTarget, options?: OnEventOptions): Rule;
  /** A rule for each check whose claim does not hold, warnings included: the detail has `stage`, `severity` and `cause`. */
  onCheckFailed(id: string, target: IRuleTarget, options?: OnEventOptions): Rule;
  /** A rule for each run that has not ended by its deadline: the detail has `deadline`, `since` and `underWay`. */
  onDeadlineMissed(id: string, target: IRuleTarget, options?: OnEventOptions): Rule;
  /** A rule for each stage that gives no sign of life: the detail has `stage`, `since` and `limitSeconds`. */
  onStageStuck(id: string, target: IRuleTarget, options?: OnEventOptions): Rule;
}
