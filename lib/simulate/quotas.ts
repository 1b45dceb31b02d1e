/**
 * AWS's quotas that bound Heddle, as an account has them before anybody asks for more. Read on 2026-11-26 from the service quotas of
 * Step Functions, Lambda, DynamoDB, SQS, EventBridge, Systems Manager and S3. New accounts have less of some (transitions,
 * concurrency). Check them again before you lean on a figure, and give your own with --quota.
 */
import { startQueue } from '../records/index.ts';

export const quotasReadOn = '2026-11-26';

export interface Quota {
  /** Of a rate, a second; of a number at once, that. */
  readonly most: number;
  /** Of a rate: what may be saved up. @default one second's worth */
  readonly bucket?: number;
  readonly unit: 'a second' | 'at once';
  readonly says: string;
}

export type QuotaName =
  | 'Consumers'
  | 'StartExecution'
  | 'StateTransition'
  | 'LambdaConcurrency'
  | 'LambdaScaling'
  | 'GetParameter'
  | 'PutEvents'
  | 'KeyWrites'
  | 'TableWrites'
  | 'TableReads'
  | 'InFlight'
  | 'PrefixPuts';

export type Quotas = { readonly [name in QuotaName]: Quota };

/** The three regions that Step Functions has the most room in. */
const largest = ['us-east-1', 'us-west-2', 'eu-west-1'];
const putEvents: { readonly [region: string]: number } = {
  'us-east-1': 10_000,
  'us-west-2': 10_000,
  'eu-west-1': 10_000,
  'us-east-2': 2_400,
  'eu-central-1': 2_400,
  'eu-south-2': 2_400,
  'us-west-1': 1_200,
  'eu-west-2': 1_200,
  'ap-northeast-1': 1_200,
  'ap-southeast-1': 1_200,
  'ap-southeast-2': 1_200,
  'ap-south-1': 600,
  'ap-east-1': 600,
  'ap-northeast-2': 600,
  'ca-central-1': 600,
  'eu-north-1': 600,
  'eu-west-3': 600,
  'sa-east-1': 600,
};

export const quotasOf = (region: string): Quotas => {
  const isLarge = largest.includes(region);
  const rate = (most: number, says: string, bucket = most): Quota => ({ most, bucket, unit: 'a second', says });
  const atOnce = (most: number, says: string): Quota => ({ most, unit: 'at once', says });
  return {
    Consumers: atOnce(startQueue.consumers, 'calls of dispatch at once; Heddle’s own: Orchestrator, startConcurrency'),
    StartExecution: isLarge ? rate(300, 'executions started', 1_300) : rate(150, 'executions started', 800),
    StateTransition: isLarge ? rate(1_500, 'states entered', 5_000) : rate(500, 'states entered', 800),
    LambdaConcurrency: atOnce(1_000, 'calls of Lambdas at once, of the whole account'),
    LambdaScaling: rate(100, 'new environments of one function (1,000 each 10 s)', 1_000),
    GetParameter: rate(40, 'manifests read from SSM'),
    PutEvents: rate(putEvents[region] ?? 400, 'events put on the bus'),
    KeyWrites: rate(1_000, 'units written under one partition key of the ledger'),
    TableWrites: rate(40_000, 'units written to the ledger, indexes included'),
    TableReads: rate(40_000, 'units read from the ledger'),
    InFlight: atOnce(120_000, 'messages of the start queue in flight'),
    PrefixPuts: rate(3_500, 'objects put under one prefix of the payload bucket'),
  };
};
