// What lineage is of: the output of a pipeline or of a stage for a partition, or an object of S3.
import { nearest } from '../../support/nearest.ts';
import { CliError } from '../cli-error.ts';

export interface Artifact {
  /** `report/2026-01-31`, `report/compose/2026-01-31` or an S3 URL. */
  readonly name: string;
  readonly at: Place;
  /** What made it. */
  readonly made?: Made;
}

export type Place =
  | { readonly kind: 'object'; readonly url: string }
  | {
      readonly kind: 'output';
      readonly pipeline: string;
      readonly stage?: string;
      readonly partition: string;
      /** @default the newest of the partition */
      readonly run?: string;
    };

export interface Made {
  readonly run: string;
  readonly generation: number;
  readonly status: string;
  readonly at: string;
  readonly definition?: string;
  /** Of a stage: the short hash of its bundle. */
  readonly code?: string;
  readonly models?: readonly string[];
  readonly prompts?: readonly string[];
  /** Of a stage whose result was an earlier run's. */
  readonly cachedFrom?: string;
}

export const object = (url: string): Artifact => ({ name: url, at: { kind: 'object', url } });

export const output = (place: Omit<Extract<Place, { kind: 'output' }>, 'kind'>, made?: Made): Artifact => ({
  name: [place.pipeline, ...(place.stage === undefined ? [] : [place.stage]), place.partition].join('/'),
  at: { kind: 'output', ...place },
  ...(made ? { made } : {}),
});

/**
 * What a person typed.
 * HDL812: what `heddle lineage` was given names no artifact that there is. Fix: give it as pipeline/partition, pipeline/stage/partition or an
 * S3 URL; see `heddle partitions <pipeline>` for what was run.
 */
export const readArtifact = (text: string, pipelines: readonly string[], run: string | undefined): Artifact => {
  if (/^s3:\/\/[^/]+\/.+/.test(text)) {
    if (run === undefined) return object(text);
    throw new CliError(
      'HDL603',
      2,
      `--run was given with ${text}`,
      'the output of a pipeline or a stage',
      'leave it out',
    );
  }
  const [pipeline = '', ...rest] = text.split('/');
  const partition = rest.at(-1);
  const known = pipelines.includes(pipeline);
  if (!known || !partition || rest.length > 2) {
    const near = nearest(pipeline, pipelines);
    throw new CliError(
      'HDL812',
      2,
      known ? `'${text}' names no artifact` : `'${text}' is of no pipeline that there is`,
      `pipeline/partition, pipeline/stage/partition or s3://bucket/key, of ${pipelines.join(', ')}`,
      near && !known ? `did you mean ${[near, ...rest].join('/')}?` : 'correct the name',
    );
  }
  const [stage] = rest.length === 2 ? rest : [];
  return output({ pipeline, ...(stage ? { stage } : {}), partition, ...(run ? { run } : {}) });
};
