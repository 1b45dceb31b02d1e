import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CompiledPipeline } from '../asl/index.ts';
import { acceptFindings, acceptWildcards } from './accepted-findings.ts';

export interface CompiledStateMachineProps {
  readonly stateMachineName: string;
  readonly compiled: CompiledPipeline;
  /** What to put for the placeholders `stage_<id>` and `operator_<name>`. */
  readonly functions: { readonly [placeholder: string]: IFunction };
}

/** The state machine of a compiled pipeline, with a role that may invoke exactly the functions it calls. */
export class CompiledStateMachine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { stateMachineName, compiled, functions }: CompiledStateMachineProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: `Runs the state machine ${stateMachineName}`,
    });
    // Not `grantInvoke`, which adds every version of each function.
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: Object.values(functions).map(({ functionArn }) => functionArn),
      }),
    );
    this.stateMachine = new StateMachine(this, 'Machine', {
      stateMachineName,
      comment: `Heddle pipeline ${compiled.name}`,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(compiled.definition),
      definitionSubstitutions: {
        definitionHash: compiled.hash,
        ...Object.fromEntries(
          Object.entries(functions).map(([placeholder, { functionArn }]) => [placeholder, functionArn]),
        ),
      },
      role,
      // Only errors: a Standard execution keeps its whole history for 90 days, and the ledger keeps ours for longer. All
      // events would say it a third time, at a price that grows with every batch of a map.
      logs: {
        level: LogLevel.ERROR,
        includeExecutionData: false,
        destination: new LogGroup(this, 'Logs', {
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`, // the prefix that needs no resource policy
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
      tracingEnabled: true,
    });
    acceptFindings(this, 'AwsSolutions-SF1');
    acceptWildcards(role, ['*'], 'X-Ray and log delivery take no resource.');
  }
}
