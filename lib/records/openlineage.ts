// Runs and stages as OpenLineage run events, spec 2-0-2 (https://openlineage.io/spec/2-0-2/OpenLineage.json): a pipeline and a stage are
// jobs, what they give is a dataset of their name, its version the partition and run.
import { uuidOf } from '../support/uuid-of.ts';
import { type RunRecord, upstreamRunsOf } from './run.ts';
import type { StageRecord } from './stage-record.ts';
import type { Status } from './status.ts';

/** The detail type of these events on the bus. */
export const openLineageType = 'OpenLineage Run Event';

type Facets = { readonly [name: string]: { readonly _producer: string; readonly _schemaURL: string } };

export interface LineageDataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: Facets;
  readonly inputFacets?: Facets;
  readonly outputFacets?: Facets;
}

export interface LineageEvent {
  readonly eventType: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: Facets };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Facets };
  readonly inputs: readonly LineageDataset[];
  readonly outputs: readonly LineageDataset[];
}

const producer = 'urn:heddle:orchestrator';
const spec = 'https://openlineage.io/spec';
const schemaURL = `${spec}/2-0-2/OpenLineage.json#/$defs/RunEvent`;

/** A facet of the spec by its file, `1-0-1/ParentRunFacet`; without one, of our own. */
const facet = <T extends object>(of: string | undefined, fields: T) => ({
  _producer: producer,
  _schemaURL:
    of === undefined
      ? `${spec}/2-0-2/OpenLineage.json#/$defs/RunFacet`
      : `${spec}/facets/${of}.json#/$defs/${of.split('/')[1]}`,
  ...fields,
});

const ends: { readonly [status in Status]?: LineageEvent['eventType'] } = {
  completed: 'COMPLETE',
  failed: 'FAIL',
  cancelled: 'ABORT',
};

/** `orchestrator` is the namespace of jobs and of what they give. */
export const runIdOf = (orchestrator: string, { pipeline, run, generation = 1 }: RunRecord, stage?: string): string =>
  uuidOf([orchestrator, pipeline, run, generation, ...(stage === undefined ? [] : [stage])].join('/'));

const jobOf = (orchestrator: string, name: string, jobType: 'PIPELINE' | 'STAGE'): LineageEvent['job'] => ({
  namespace: orchestrator,
  name,
  facets: { jobType: facet('2-0-3/JobTypeJobFacet', { processingType: 'BATCH', integration: 'HEDDLE', jobType }) },
});

const versioned = (
  orchestrator: string,
  name: string,
  { partition, run }: Pick<RunRecord, 'partition' | 'run'>,
): LineageDataset => ({
  namespace: orchestrator,
  name,
  facets: { version: facet('1-0-1/DatasetVersionDatasetFacet', { datasetVersion: `${partition}@${run}` }) },
});

/** As the spec names objects of S3: the bucket's URL, and the key. */
const objectOf = (url: string): LineageDataset => {
  const [, namespace = url, name = ''] = /^(s3:\/\/[^/]+)\/(.*)$/.exec(url) ?? [];
  return { namespace, name };
};

const inputsOf = (orchestrator: string, record: RunRecord): readonly LineageDataset[] => [
  ...upstreamRunsOf(record).map(({ pipeline, run, partition = record.partition }) =>
    versioned(orchestrator, pipeline, { partition, run }),
  ),
  ...(record.trigger.kind === 'object' && record.trigger.detail.startsWith('s3://')
    ? [objectOf(record.trigger.detail)]
    : []),
];

const runFacets = (record: RunRecord): Facets => ({
  processing_engine: facet('1-1-1/ProcessingEngineRunFacet', { version: '1', name: 'heddle' }),
  ...(record.slice?.start && record.slice.end
    ? {
        nominalTime: facet('1-0-1/NominalTimeRunFacet', {
          nominalStartTime: record.slice.start,
          nominalEndTime: record.slice.end,
        }),
      }
    : {}),
  heddle_run: facet(undefined, {
    run: record.run,
    partition: record.partition,
    execution: record.generation ?? 1,
    ...(record.definitionHash ? { definition: record.definitionHash } : {}),
    trigger: record.trigger.kind,
  }),
});

const errorFacet = (error: string | undefined, cause: string | undefined): Facets =>
  error === undefined && cause === undefined
    ? {}
    : {
        errorMessage: facet('1-0-1/ErrorMessageRunFacet', {
          message: `${error ?? 'failed'}: ${(cause ?? '').slice(0, 1_000)}`,
          programmingLanguage: 'JavaScript',
        }),
      };

/** That an execution of a run has begun. */
export const lineageOfStart = (orchestrator: string, record: RunRecord): LineageEvent => ({
  eventType: 'START',
  eventTime: record.startedAt ?? record.createdAt,
  producer,
  schemaURL,
  run: { runId: runIdOf(orchestrator, record), facets: runFacets(record) },
  job: jobOf(orchestrator, record.pipeline, 'PIPELINE'),
  inputs: inputsOf(orchestrator, record),
  outputs: [],
});

/** That it has ended: its stages one after another, each with its start and its end, then the run itself. */
export const lineageOfEnd = (
  orchestrator: string,
  record: RunRecord,
  stages: readonly StageRecord[],
): readonly LineageEvent[] => {
  const { generation = 1 } = record;
  const own = stages.filter(
    (stage) =>
      (stage.generation ?? 1) === generation && ends[stage.status] !== undefined && stage.takenFrom === undefined,
  );
  const start = lineageOfStart(orchestrator, record);
  return [
    ...own.flatMap((stage) => stageEvents(orchestrator, record, stage)),
    {
      ...start,
      eventType: ends[record.status] ?? 'FAIL',
      eventTime: record.endedAt ?? start.eventTime,
      run: {
        ...start.run,
        facets: { ...start.run.facets, ...errorFacet(record.error, record.cause) },
      },
      outputs: record.status === 'completed' ? [versioned(orchestrator, record.pipeline, record)] : [],
    },
  ];
};

const stageEvents = (orchestrator: string, record: RunRecord, stage: StageRecord): readonly LineageEvent[] => {
  const { fingerprint, spent, measured = {}, scores, check, items, needs = [], cachedFrom } = stage;
  const nameOf = (id: string): string => `${record.pipeline}/${id}`;
  const models = Object.entries(spent?.models ?? {});
  const parent = {
    run: { runId: runIdOf(orchestrator, record) },
    job: { namespace: orchestrator, name: record.pipeline },
  };
  const read = [
    ...needs.map((id) => versioned(orchestrator, nameOf(id), record)),
    ...(measured.read ?? []).map(objectOf),
    ...(needs.length === 0 ? inputsOf(orchestrator, record) : []),
  ];
  const assertions = check ? [{ assertion: check.found, success: check.outcome === 'passed' }] : undefined;
  const inputs = assertions
    ? read.map((dataset) => ({
        ...dataset,
        inputFacets: {
          dataQualityAssertions: facet('1-0-1/DataQualityAssertionsDatasetFacet', { assertions }),
        },
      }))
    : read;
  const statistics = {
    ...(items ? { rowCount: items.completed } : {}),
    ...(measured.bytesOut === undefined ? {} : { size: measured.bytesOut }),
  };
  const given: LineageDataset = {
    ...versioned(orchestrator, nameOf(stage.stage), record),
    ...(Object.keys(statistics).length > 0
      ? { outputFacets: { outputStatistics: facet('1-0-2/OutputStatisticsOutputDatasetFacet', statistics) } }
      : {}),
  };
  const event: LineageEvent = {
    eventType: 'START',
    eventTime: stage.startedAt ?? stage.endedAt ?? record.createdAt,
    producer,
    schemaURL,
    run: {
      runId: runIdOf(orchestrator, record, stage.stage),
      facets: {
        parent: facet('1-0-1/ParentRunFacet', parent),
        heddle_stage: facet(undefined, {
          attempts: stage.attempts,
          ...(fingerprint ? { code: fingerprint.code, contract: fingerprint.contract } : {}),
          ...(models.length > 0
            ? {
                models: models.map(([model]) => model),
                prompts: [...new Set(models.flatMap(([, use]) => use.prompts ?? []))],
              }
            : {}),
          ...(scores ? { scores } : {}),
          ...(cachedFrom ? { cachedFrom } : {}),
        }),
      },
    },
    job: jobOf(orchestrator, nameOf(stage.stage), 'STAGE'),
    inputs,
    outputs: [],
  };
  return [
    event,
    {
      ...event,
      eventType: ends[stage.status] ?? 'FAIL',
      eventTime: stage.endedAt ?? event.eventTime,
      run: { ...event.run, facets: { ...event.run.facets, ...errorFacet(stage.error, stage.cause) } },
      outputs: stage.status === 'completed' ? [given, ...(measured.wrote ?? []).map(objectOf)] : [],
    },
  ];
};
