/** Dollars of what is used. An app's own `heddle.prices.json` may say any of them otherwise. */
export interface Prices {
  readonly readOn: string;
  readonly region: string;
  readonly transition: number;
  readonly expressExecution: number;
  readonly expressGbSecond: number;
  readonly lambdaRequest: number;
  readonly lambdaGbSecond: number;
  readonly dynamodbWrite: number;
  readonly dynamodbRead: number;
  readonly s3Put: number;
  readonly sqsRequest: number;
  readonly eventBusEvent: number;
  readonly logsGb: number;
  readonly customMetrics: readonly { readonly upTo: number; readonly each: number }[];
  /** By the names that handlers give them. */
  readonly models: { readonly [model: string]: ModelPrice };
  /** Of one call that handlers declare, by the service's name. */
  readonly calls: { readonly [service: string]: number };
}

/** Of a million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  /** Of input tokens that the provider had cached. @default as others */
  readonly cached?: number;
}

/**
 * AWS list prices in dollars, us-east-1, on-demand, without free tiers. Read on 2026-11 from the pricing pages of Step
 * Functions, Lambda, DynamoDB, S3, SQS, EventBridge, CloudWatch and Bedrock; models and services of others are each app's own
 * to say. Check them again before you lean on a figure.
 */
export const prices: Prices = {
  readOn: '2026-11',
  region: 'us-east-1',
  /** Step Functions Standard: each state entered, retries included. */
  transition: 0.025 / 1_000,
  /** Step Functions Express: each execution, besides its duration and memory. */
  expressExecution: 1 / 1e6,
  /** Step Functions Express: a gigabyte-second of the first 1,000 GB-hours of a month; memory in steps of 64 MB. */
  expressGbSecond: 0.00001667,
  lambdaRequest: 0.2 / 1e6,
  /** Lambda on arm64, a gigabyte-second. */
  lambdaGbSecond: 0.0000133334,
  /** DynamoDB on demand, a write of up to 1 KB. */
  dynamodbWrite: 0.625 / 1e6,
  /** DynamoDB on demand, a strongly consistent read of up to 4 KB. */
  dynamodbRead: 0.125 / 1e6,
  s3Put: 0.005 / 1_000,
  /** A standard queue; a send, a receive and a delete are three. */
  sqsRequest: 0.4 / 1e6,
  /** A custom event of up to 64 KB. Those of AWS's own services are free. */
  eventBusEvent: 1 / 1e6,
  /** CloudWatch Logs: a gigabyte taken in. */
  logsGb: 0.5,
  /** CloudWatch: a custom metric for a month, the first ones dearest. */
  customMetrics: [
    { upTo: 10_000, each: 0.3 },
    { upTo: 240_000, each: 0.1 },
    { upTo: 750_000, each: 0.05 },
    { upTo: Number.POSITIVE_INFINITY, each: 0.02 },
  ],
  models: {
    'amazon.nova-micro-v1:0': { input: 0.035, output: 0.14 },
    'amazon.nova-lite-v1:0': { input: 0.06, output: 0.24 },
    'amazon.nova-pro-v1:0': { input: 0.8, output: 3.2 },
  },
  calls: {},
};

/** List prices with what an app says instead. */
export const withPrices = ({ models, calls, ...said }: Partial<Prices>): Prices => ({
  ...prices,
  ...said,
  models: { ...prices.models, ...models },
  calls: { ...prices.calls, ...calls },
});
