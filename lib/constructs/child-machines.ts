// The machines that a pipeline's own starts where it would be too large: their names, and what the role they share needs.
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CompiledPipeline } from '../asl/index.ts';
import { acceptWildcards } from './accepted-findings.ts';
import { stateMachineArn } from './access.ts';

/** `machine_3` of the machine `heddle-orders` is `heddle-orders-3`. */
export const childName = (stateMachineName: string, placeholder: string): string =>
  `${stateMachineName}-${placeholder.replace('machine_', '')}`;

/** Lets the machines start each other, wait for each other and stop each other. */
export const allowChildMachines = (role: Role, { children }: CompiledPipeline, stateMachineName: string): void => {
  if (children.length === 0) return;
  const names = children.map(({ placeholder }) => childName(stateMachineName, placeholder));
  const arn = (service: string, resource: string): string =>
    Stack.of(role).formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  const executions = names.flatMap((name) => [
    arn('states', `execution:${name}:*`),
    arn('states', `execution:${name}/*`), // of the distributed maps inside
  ]);
  role.addToPolicy(
    new PolicyStatement({
      actions: ['states:StartExecution'],
      resources: names.map((name) => stateMachineArn(role, name)),
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
      resources: executions,
    }),
  );
  acceptWildcards(role, executions, 'The executions of these machines get their names when the pipeline runs.');
  // How Step Functions learns that an execution it waits for has ended.
  role.addToPolicy(
    new PolicyStatement({
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [arn('events', 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule')],
    }),
  );
};
