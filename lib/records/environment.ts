/** The environment variables that the constructs set on our Lambdas. Every value is a name, ARN or URL, never a secret. */
export const environmentNames = {
  table: 'HEDDLE_TABLE',
  payloadBucket: 'HEDDLE_PAYLOAD_BUCKET',
  inboxBucket: 'HEDDLE_INBOX_BUCKET',
  deadLetterQueue: 'HEDDLE_DEAD_LETTER_QUEUE_URL',
  /** Short hashes of the stage's bundle and of its schemas: the fingerprint of a result. */
  codeHash: 'HEDDLE_CODE_HASH',
  contractHash: 'HEDDLE_CONTRACT_HASH',
  eventBus: 'HEDDLE_EVENT_BUS',
  /** `/heddle/<orchestrator>/`: where the pipelines' manifests are, in SSM. */
  manifestPath: 'HEDDLE_MANIFEST_PATH',
  /** Where `settle` asks for the runs of other pipelines. */
  startQueue: 'HEDDLE_START_QUEUE_URL',
  /** Of which trigger a function with a URL is, as JSON. */
  trigger: 'HEDDLE_TRIGGER',
  /** Set where lineage goes on the bus. */
  lineage: 'HEDDLE_LINEAGE',
  /** The domain of Amazon DataZone that gets lineage. */
  dataZone: 'HEDDLE_DATAZONE_DOMAIN',
  /** What the app says of prices, as JSON, where it says any. */
  prices: 'HEDDLE_PRICES',
  /** What the names of the orchestrator's state machines start with. */
  machinePrefix: 'HEDDLE_MACHINE_PREFIX',
} as const;

/**
 * Makes a stage fail on purpose: `3%` of the inputs that it gets, or the first `12` of a run. Nobody sets it but a person who
 * wants to see what becomes of a failure: `npm start -- --fail`, or `addEnvironment` of a stage's function in AWS.
 */
export const failVariable = 'HEDDLE_FAIL';
