// Handlers that the local engine calls instead of services that it has not. In an account there is nothing of them but their code
// among the deployment's assets: they are metadata of the state machine, which CloudFormation keeps and nobody acts on.
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { CfnStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export interface StandIn {
  /** The state that calls a service. */
  readonly state: string;
  readonly functionName: string;
  readonly code: Code;
}

/** The longest that a function may work; what it stands in for may take a day. */
const [timeoutSeconds, memoryMb] = [900, 1_024];

/** What `lib/local/template` reads: the properties of a function, by the name of the state. */
const metadataKey = 'LocalStandIns';

export const standIn = (machine: StateMachine, standIns: readonly StandIn[]): void => {
  const found = standIns.flatMap(({ state, functionName, code }) => {
    const S3Key = code.bind(new Construct(machine, state)).s3Location?.objectKey;
    // Of a stack that is not asked for nothing is bundled.
    if (S3Key === undefined) return [];
    const properties = { FunctionName: functionName, Code: { S3Key }, Timeout: timeoutSeconds, MemorySize: memoryMb };
    return [[state, properties] as const];
  });
  const resource = machine.node.defaultChild as CfnStateMachine; // as StateMachine makes it
  if (found.length > 0) resource.addMetadata(metadataKey, Object.fromEntries(found));
};
