import { Stack } from 'aws-cdk-lib';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { manifestName, type OrchestratorManifest, type PipelineManifest } from '../records/index.ts';

/**
 * Writes a manifest where the operators and the CLI look for it. Tokens in it are resolved at deployment. SSM: what is longer than 4,096
 * characters is of the advanced tier, which is paid for, and stays there: asked back into the standard one it would fail the deployment.
 */
export const manifestParameter = (
  scope: Construct,
  orchestrator: string,
  manifest: OrchestratorManifest | PipelineManifest,
): StringParameter =>
  new StringParameter(scope, 'Manifest', {
    parameterName: 'pipeline' in manifest ? manifestName(orchestrator, manifest.pipeline) : manifestName(orchestrator),
    description: "Heddle's manifest: what its operators and its CLI know of this deployment",
    stringValue: Stack.of(scope).toJsonString(manifest),
    tier: ParameterTier.INTELLIGENT_TIERING,
  });
