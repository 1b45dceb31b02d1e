import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Pipeline } from '../../definition/index.ts';
import { inputSchemaOf } from '../../graph/index.ts';
import { inputManifest, manifestName } from '../../records/index.ts';
import { allow } from '../access.ts';
import type { IOrchestrator } from '../shared.ts';
import { parameterArn } from './queue-trigger.ts';

/** SSM: characters of a parameter of the advanced tier. */
const most = 8_192;

/**
 * Tells `dispatch` what input a pipeline takes, so that an event which gives another ends with the dead letters and starts
 * nothing; and who answers requests, which refuses one. A contract whose JSON Schema is too long for a parameter is left to the stages to check.
 */
export const inputSchema = (
  scope: Construct,
  { orchestratorName }: IOrchestrator,
  pipeline: Pipeline,
  readers: readonly LambdaFunction[],
): void => {
  const schema = JSON.stringify(inputSchemaOf(pipeline) ?? {});
  if (schema.length > most) return;
  const parameterName = manifestName(orchestratorName, inputManifest(pipeline.name));
  new StringParameter(scope, 'Input', {
    parameterName,
    description: `The JSON Schema of the input of ${pipeline.name}`,
    stringValue: schema,
    tier: ParameterTier.INTELLIGENT_TIERING, // one that was long, and is not any more, may not go back to the standard tier
  });
  for (const reader of readers) allow(reader, ['ssm:GetParameter'], [parameterArn(scope, parameterName)]);
};
