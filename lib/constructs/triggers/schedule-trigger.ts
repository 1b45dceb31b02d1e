import { TimeZone } from 'aws-cdk-lib';
import { ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { Trigger } from '../../definition/index.ts';
import { names } from '../names.ts';
import type { IOrchestrator } from '../shared.ts';
import { delivery } from './start-target.ts';

/** A schedule that asks for a run each time it comes due. `id` is the schedule's own name among the pipeline's. */
export const scheduleTrigger = (
  scope: Construct,
  id: string,
  orchestrator: IOrchestrator,
  pipeline: string,
  { expression, timeZone, input, catchUp, when }: Extract<Trigger<unknown>, { kind: 'schedule' }>,
): Schedule =>
  new Schedule(scope, id, {
    scheduleName: names.trigger(orchestrator.orchestratorName, pipeline, id.toLowerCase()),
    description: `Starts ${pipeline}: ${expression}, ${timeZone}`,
    schedule: ScheduleExpression.expression(expression, TimeZone.of(timeZone)),
    target: new SqsSendMessage(orchestrator.startQueue, {
      input: ScheduleTargetInput.fromObject({
        kind: 'schedule',
        pipeline,
        schedule: id.toLowerCase(),
        time: ContextAttribute.scheduledTime,
        timeZone,
        input,
        catchUp,
        expression,
        ...(when ? { when } : {}),
      }),
      deadLetterQueue: orchestrator.undelivered,
      retryAttempts: delivery.retries,
      maxEventAge: delivery.age,
    }),
  });
