import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { names } from './names.ts';

/** Between two sweeps: what nothing tells of is found so much later at most. */
const every = Duration.minutes(5);

/** Calls `sweep` every few minutes. One that is lost is made up for by the next. */
export const sweeps = (scope: Construct, orchestrator: string, sweep: IFunction, undelivered: IQueue): Rule =>
  new Rule(scope, 'Sweeps', {
    ruleName: names.operator(orchestrator, 'sweeps'),
    description: 'Looks at the runs that are not over',
    schedule: Schedule.rate(every),
    targets: [new LambdaFunction(sweep, { deadLetterQueue: undelivered, retryAttempts: 0, maxEventAge: every })],
  });
