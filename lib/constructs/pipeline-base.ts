// All that a pipeline can do for the rest of an app, whether it was made here or imported.
import { Resource } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type IEventBusRef, type IRuleTarget, type OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { runEvents } from '../records/index.ts';
import { grantReadRuns, type RunStores } from './grant-read-runs.ts';
import { heddleMetric, type PipelineMetric } from './metrics.ts';
import type { IPipeline } from './pipeline-interface.ts';

export abstract class PipelineBase extends Resource implements IPipeline {
  abstract readonly pipelineArn: string;
  abstract readonly pipelineName: string;
  protected abstract readonly startQueue: IQueue;
  protected abstract readonly eventBus: IEventBusRef;
  protected abstract readonly replayQueueArn: string;
  protected abstract readonly deadLetterQueueArn: string;
  /** What answers requests. Throws where nothing does. */
  protected abstract requestFunction(): IFunction;
  /** Where its runs are, where that is known. */
  protected abstract readonly stores: RunStores | undefined;

  grantStart(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['sqs:SendMessage'],
      resourceArns: [this.startQueue.queueArn],
    });
  }

  grantRequest(grantee: IGrantable): Grant {
    return this.requestFunction().grantInvokeUrl(grantee);
  }

  grantReplay(grantee: IGrantable): Grant {
    const taking = ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'];
    const moving = ['StartMessageMoveTask', 'ListMessageMoveTasks', 'CancelMessageMoveTask'];
    const send = Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [this.replayQueueArn] });
    const take = Grant.addToPrincipal({
      grantee,
      actions: [...taking, ...moving].map((action) => `sqs:${action}`),
      resourceArns: [this.deadLetterQueueArn],
    });
    return send.combine(take);
  }

  grantReadRuns(grantee: IGrantable): Grant {
    if (!this.stores)
      throw new Error(
        `${this.node.path} was imported by its ARN alone, which does not say where its ledger is. Fix: import it with Pipeline.fromPipelineAttributes and give ledgerArn and payloadBucketArn`,
      );
    return grantReadRuns(grantee, this.pipelineName, this.stores);
  }

  metric(name: PipelineMetric, options?: MetricOptions): Metric {
    return heddleMetric(name, { pipeline: this.pipelineName }, options);
  }

  metricRunsCompleted(options?: MetricOptions): Metric {
    return this.metric('RunsCompleted', options);
  }

  metricRunsFailed(options?: MetricOptions): Metric {
    return this.metric('RunsFailed', options);
  }

  metricRunDuration(options?: MetricOptions): Metric {
    return this.metric('RunDuration', options);
  }

  metricDeadLetters(options?: MetricOptions): Metric {
    return this.metric('DeadLetters', options);
  }

  metricItemsFailed(stage: string, options?: MetricOptions): Metric {
    return heddleMetric('ItemsFailed', { pipeline: this.pipelineName, stage }, options);
  }

  onRunFailed(id: string, target: IRuleTarget, options?: OnEventOptions): Rule {
    return this.#on(id, runEvents.failed, target, options);
  }

  onRunCompleted(id: string, target: IRuleTarget, options?: OnEventOptions): Rule {
    return this.#on(id, runEvents.completed, target, options);
  }

  onDeadLetter(id: string, target: IRuleTarget, options?: OnEventOptions): Rule {
    return this.#on(id, runEvents.deadLetter, target, options);
  }

  onCheckFailed(id: string, target: IRuleTarget, options?: OnEventOptions): Rule {
    return this.#on(id, runEvents.checkFailed, target, options);
  }

  onDeadlineMissed(id: string, target: IRuleTarget, options?: OnEventOptions): Rule {
    return this.#on(id, runEvents.deadlineMissed, target, options);
  }

  onStageStuck(id: string, target: IRuleTarget, options?: OnEventOptions): Rule {
    return this.#on(id, runEvents.stuck, target, options);
  }

  #on(id: string, detailType: string, target: IRuleTarget, options: OnEventOptions = {}): Rule {
    const rule = new Rule(options.crossStackScope ?? this, id, {
      eventBus: this.eventBus,
      ...(options.ruleName === undefined ? {} : { ruleName: options.ruleName }),
      ...(options.description === undefined ? {} : { description: options.description }),
      eventPattern: {
        source: [runEvents.source],
        detailType: [detailType],
        detail: { ...options.eventPattern?.detail, pipeline: [this.pipelineName] },
      },
    });
    rule.addTarget(target);
    return rule;
  }
}
