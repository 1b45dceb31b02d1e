// The facts of OpenLineage's schemas that an event must hold to: required fields, types and formats of spec 2-0-2 and of the facets that we
// send, written down from https://openlineage.io/spec/2-0-2/OpenLineage.json and https://openlineage.io/spec/facets.
const text = { type: 'string' };
const uri = { type: 'string', format: 'uri' };
const moment = { type: 'string', format: 'date-time' };
const uuid = { type: 'string', format: 'uuid' };
const object = (properties: object, required: readonly string[]) => ({ type: 'object', properties, required });

const facet = (properties: object = {}, required: readonly string[] = []) =>
  object({ _producer: uri, _schemaURL: uri, ...properties }, ['_producer', '_schemaURL', ...required]);
/** Facets by name; those that are not of the spec are base facets. */
const facets = (known: object) => ({ type: 'object', properties: known, additionalProperties: facet() });

const job = { namespace: text, name: text };
const dataset = {
  ...job,
  facets: facets({ version: facet({ datasetVersion: text }, ['datasetVersion']) }),
};
const assertion = object({ assertion: text, success: { type: 'boolean' }, column: text }, ['assertion', 'success']);

export const runEventSchema = object(
  {
    eventTime: moment,
    producer: uri,
    schemaURL: uri,
    eventType: { enum: ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] },
    run: object(
      {
        runId: uuid,
        facets: facets({
          parent: facet({ run: object({ runId: uuid }, ['runId']), job: object(job, ['namespace', 'name']) }, [
            'run',
            'job',
          ]),
          nominalTime: facet({ nominalStartTime: moment, nominalEndTime: moment }, ['nominalStartTime']),
          errorMessage: facet({ message: text, programmingLanguage: text }, ['message', 'programmingLanguage']),
          processing_engine: facet({ version: text, name: text }, ['version']),
        }),
      },
      ['runId'],
    ),
    job: object(
      {
        ...job,
        facets: facets({
          jobType: facet({ processingType: text, integration: text, jobType: text }, ['processingType', 'integration']),
        }),
      },
      ['namespace', 'name'],
    ),
    inputs: {
      type: 'array',
      items: object(
        {
          ...dataset,
          inputFacets: facets({
            dataQualityAssertions: facet({ assertions: { type: 'array', items: assertion } }, ['assertions']),
          }),
        },
        ['namespace', 'name'],
      ),
    },
    outputs: {
      type: 'array',
      items: object(
        {
          ...dataset,
          outputFacets: facets({
            outputStatistics: facet({ rowCount: { type: 'integer' }, size: { type: 'integer' } }),
          }),
        },
        ['namespace', 'name'],
      ),
    },
  },
  ['eventTime', 'producer', 'schemaURL', 'run', 'job'],
);
