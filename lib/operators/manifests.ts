import {
  inputManifest,
  type Json,
  manifestKeptSeconds,
  type PipelineManifest,
  type QueueManifest,
  queueManifest,
} from '../records/index.ts';
import { type Aws, AwsCallError } from '../support/aws-call.ts';
import type { Manifests } from './services.ts';

const keptMs = manifestKeptSeconds * 1_000;

/** Reads manifests from SSM under `path` (`/heddle/<orchestrator>/`), each at most once in five minutes. */
export const openManifests = (aws: Aws, path: string, now: () => number): Manifests => {
  const known = new Map<string, { readonly at: number; readonly manifest: unknown }>();
  /** The constructs wrote each kind of name as one type. */
  const read = async <Manifest>(name: string): Promise<Manifest | undefined> => {
    const kept = known.get(name);
    if (kept && now() - kept.at < keptMs) return kept.manifest as Manifest;
    try {
      const { Parameter } = await aws.call('ssm', 'GetParameter', { Name: `${path}${name}` });
      const manifest = JSON.parse((Parameter as { Value: string }).Value) as Manifest;
      known.set(name, { at: now(), manifest });
      return manifest;
    } catch (error) {
      if (error instanceof AwsCallError && error.code === 'ParameterNotFound') return undefined;
      throw error;
    }
  };
  return {
    of: (pipeline) => read<PipelineManifest>(pipeline),
    queueOf: (queue) => read<QueueManifest>(queueManifest(queue)),
    inputOf: (pipeline) => read<Json>(inputManifest(pipeline)),
  };
};
