// What all our Lambdas have in common: their own role, their own log group, Node 24 on ARM, traces.
import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Compute } from '../definition/index.ts';
import { acceptFindings, acceptWildcards } from './accepted-findings.ts';

export interface HandlerFunctionProps {
  readonly functionName: string;
  readonly description: string;
  readonly code: Code;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: { readonly [name: string]: string };
  /** @default one month */
  readonly logRetention?: RetentionDays;
  /** Where asynchronous calls go that failed for good. @default such calls are not made */
  readonly deadLetterQueue?: IQueue;
  /** @default 512 MB of storage, ARM, and as much concurrency as there is */
  readonly compute?: Compute;
  /** @default true */
  readonly tracing?: boolean | undefined;
}

/** Makes the function with its role and log group in `scope`. The role may write its own logs and traces, nothing else yet. */
export const handlerFunction = (scope: Construct, props: HandlerFunctionProps): LambdaFunction => {
  const { functionName, compute = {} } = props;
  // Logs tell how, the ledger tells what: they may go with the stack.
  const logGroup = new LogGroup(scope, 'Logs', {
    logGroupName: `/aws/lambda/${functionName}`,
    retention: props.logRetention ?? RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `Runs ${functionName}`,
  });
  logGroup.grantWrite(role);
  if (props.tracing !== false) acceptWildcards(role, ['*'], 'X-Ray takes no resource.');
  const made = new LambdaFunction(scope, 'Function', {
    functionName,
    description: props.description.slice(0, 256),
    code: props.code,
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: compute.architecture === 'x86_64' ? Architecture.X86_64 : Architecture.ARM_64,
    ...(compute.ephemeralStorageMb === undefined
      ? {}
      : { ephemeralStorageSize: Size.mebibytes(compute.ephemeralStorageMb) }),
    ...(compute.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: compute.reservedConcurrency }),
    memorySize: props.memoryMb,
    timeout: Duration.seconds(props.timeoutSeconds),
    tracing: props.tracing === false ? Tracing.DISABLED : Tracing.ACTIVE,
    role,
    logGroup,
    environment: { ...props.environment },
    // Executions that run across a deployment go on with the versions that they began with.
    currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    ...(props.deadLetterQueue ? { deadLetterQueue: props.deadLetterQueue } : {}),
  });
  if (!props.deadLetterQueue) acceptFindings(made, 'Serverless-LambdaDLQ');
  return made;
};

/** A function as state machines call it. */
export interface InvokedFunction {
  /** ARN of the version to call. */
  readonly version: string;
  /** What a role is granted: every version that this function has, has had and will have. */
  readonly allVersions: string;
}

/**
 * The version of this deployment; one is made whenever code or settings change. To another stack the function goes without
 * one: CloudFormation refuses to change a value that another stack imports.
 */
export const invokedFrom = (scope: Construct, handler: LambdaFunction): InvokedFunction =>
  Stack.of(scope) === Stack.of(handler)
    ? { version: handler.currentVersion.functionArn, allVersions: `${handler.functionArn}:*` }
    : { version: handler.functionArn, allVersions: handler.functionArn };
