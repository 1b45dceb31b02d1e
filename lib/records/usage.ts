// What a run uses of AWS's services, and what that costs. The estimate before a run and the account after it add up the same.
import { type Prices, prices } from './prices.ts';

/** Counts of what is billed; GB-seconds are gigabytes of memory times seconds. */
export interface Usage {
  /** Of Standard executions. */
  readonly transitions: number;
  readonly expressExecutions: number;
  readonly expressGbSeconds: number;
  readonly lambdaCalls: number;
  readonly lambdaGbSeconds: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly s3Puts: number;
  readonly queueRequests: number;
  readonly busEvents: number;
}

export const noUsage: Usage = {
  transitions: 0,
  expressExecutions: 0,
  expressGbSeconds: 0,
  lambdaCalls: 0,
  lambdaGbSeconds: 0,
  writeUnits: 0,
  readUnits: 0,
  s3Puts: 0,
  queueRequests: 0,
  busEvents: 0,
};

const priceOf: { readonly [field in keyof Usage]: keyof Prices } = {
  transitions: 'transition',
  expressExecutions: 'expressExecution',
  expressGbSeconds: 'expressGbSecond',
  lambdaCalls: 'lambdaRequest',
  lambdaGbSeconds: 'lambdaGbSecond',
  writeUnits: 'dynamodbWrite',
  readUnits: 'dynamodbRead',
  s3Puts: 's3Put',
  queueRequests: 'sqsRequest',
  busEvents: 'eventBusEvent',
};
const fields = Object.keys(priceOf) as readonly (keyof Usage)[];

const combined = (of: (field: keyof Usage) => number): Usage =>
  Object.fromEntries(fields.map((field) => [field, of(field)])) as unknown as Usage; // `fields` are the keys of Usage.

/** The sum of usages, each taken as often as it says. */
export const totalUsage = (parts: readonly { readonly usage: Partial<Usage>; readonly times: number }[]): Usage =>
  combined((field) => parts.reduce((sum, { usage, times }) => sum + (usage[field] ?? 0) * times, 0));

/** Dollars, at list prices where nobody says others. */
export const dollarsOf = (usage: Partial<Usage>, by: Prices = prices): number =>
  fields.reduce((sum, field) => sum + (usage[field] ?? 0) * Number(by[priceOf[field]]), 0);
