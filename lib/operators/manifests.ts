import type { PipelineManifest } from '../records/index.ts';
import { type Aws, AwsCallError } from '../support/aws-call.ts';
import type { Manifests } from './services.ts';

const keptMs = 60_000;

/** Reads manifests from SSM under `path` (`/heddle/<orchestrator>/`), each at most once a minute. */
export const openManifests = (aws: Aws, path: string, now: () => number): Manifests => {
  const known = new Map<string, { readonly at: number; readonly manifest: PipelineManifest }>();
  return {
    of: async (pipeline) => {
      const kept = known.get(pipeline);
      if (kept && now() - kept.at < keptMs) return kept.manifest;
      try {
        const { Parameter } = await aws.call('ssm', 'GetParameter', { Name: `${path}${pipeline}` });
        // The constructs wrote it as a PipelineManifest.
        const manifest = JSON.parse((Parameter as { Value: string }).Value) as PipelineManifest;
        known.set(pipeline, { at: now(), manifest });
        return manifest;
      } catch (error) {
        if (error instanceof AwsCallError && error.code === 'ParameterNotFound') return undefined;
        throw error;
      }
    },
  };
};
