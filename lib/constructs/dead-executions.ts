import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { names } from './names.ts';
import { delivery } from './triggers/start-target.ts';

/** Calls `reconcile` for each execution of the orchestrator's machines that ended without success. */
export const onDeadExecutions = (
  scope: Construct,
  orchestrator: string,
  reconcile: IFunction,
  undelivered: IQueue,
): Rule =>
  new Rule(scope, 'DeadExecutions', {
    ruleName: names.operator(orchestrator, 'dead-executions'),
    description: 'Executions that ended without settling their run',
    eventPattern: {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: {
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        stateMachineArn: Match.prefix(
          Stack.of(scope).formatArn({
            service: 'states',
            resource: 'stateMachine',
            resourceName: names.stateMachine(orchestrator, ''),
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        ),
      },
    },
    targets: [
      new LambdaFunction(reconcile, {
        deadLetterQueue: undelivered,
        retryAttempts: delivery.retries,
        maxEventAge: delivery.age,
      }),
    ],
  });
