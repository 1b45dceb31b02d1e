import { Stack } from 'aws-cdk-lib';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { manifestName, type OrchestratorManifest, type PipelineManifest } from '../records/index.ts';

/** SSM: from 4,096 characters on a parameter is of the advanced tier, which is paid for. What tokens come to is not known here: half is for them. */
const mostKnown = 2_048;

/** Writes a manifest where the operators and the CLI look for it. Tokens in it are resolved at deployment. */
export const manifestParameter = (
  scope: Construct,
  orchestrator: string,
  manifest: OrchestratorManifest | PipelineManifest,
): StringParameter =>
  new StringParameter(scope, 'Manifest', {
    parameterName: 'pipeline' in manifest ? manifestName(orchestrator, manifest.pipeline) : manifestName(orchestrator),
    description: "Heddle's manifest: what its operators and its CLI know of this deployment",
    stringValue: Stack.of(scope).toJsonString(manifest),
    ...(JSON.stringify(manifest).length > mostKnown && { tier: ParameterTier.INTELLIGENT_TIERING }),
  });
