// What a million runs cost, by service: the estimate's calls at list prices, with what CloudWatch takes besides.
import { callsOfLoad, type RunLoad, usageOfCalls } from '../asl/index.ts';
import { dollarsOf, prices, type Usage } from '../records/index.ts';

export interface Cost {
  readonly service: string;
  readonly dollars: number;
}

export interface CostAsked {
  readonly load: RunLoad;
  readonly pipelines: number;
  readonly runsPerDay: number;
  /** Further tries of throttled calls, for each run. */
  readonly retriesPerRun: number;
}

const million = 1e6;
const daysOfMonth = 30.4;
/** Metrics of a run by pipeline, of a stage, and what a map's stage has besides: lib/operators/measure-run.ts, lib/runtime/measure-attempt.ts. */
const metricsOf = { pipeline: 4, stage: 3, map: 2 } as const;
/** What a call of a Lambda leaves in its log, an assumption: Lambda's own lines, one of metrics, one or two of ours. */
export const logBytes = 1_200;

const services: readonly (readonly [string, readonly (keyof Usage)[]])[] = [
  ['Step Functions', ['transitions', 'expressExecutions', 'expressGbSeconds']],
  ['Lambda', ['lambdaCalls', 'lambdaGbSeconds']],
  ['DynamoDB', ['writeUnits', 'readUnits']],
  ['SQS', ['queueRequests']],
  ['EventBridge', ['busEvents']],
  ['S3', ['s3Puts']],
];

/** A month of so many custom metrics. */
export const metricsDollars = (count: number): number => {
  let left = count;
  let dollars = 0;
  for (const { upTo, each } of prices.customMetrics) {
    const here = Math.min(left, upTo);
    dollars += here * each;
    left -= here;
  }
  return dollars;
};

export const metricsIn = ({ steps }: RunLoad): number => {
  const stages = steps.filter(({ lambda }) => lambda !== undefined && !lambda.startsWith('operator_'));
  const maps = stages.filter(({ times }) => times > 1);
  return metricsOf.pipeline + metricsOf.stage * stages.length + metricsOf.map * maps.length;
};

export const costOf = ({ load, pipelines, runsPerDay, retriesPerRun }: CostAsked): readonly Cost[] => {
  const usage = usageOfCalls(callsOfLoad(load));
  const all: Usage = { ...usage, transitions: usage.transitions + retriesPerRun };
  const metrics = metricsDollars(pipelines * metricsIn(load)) / ((runsPerDay * daysOfMonth) / million);
  const logs = ((usage.lambdaCalls * logBytes) / 1e9) * million * prices.logsGb;
  return [
    ...services.map(([service, fields]) => ({
      service,
      dollars: million * dollarsOf(Object.fromEntries(fields.map((field) => [field, all[field]]))),
    })),
    { service: 'CloudWatch logs', dollars: logs },
    { service: 'CloudWatch metrics', dollars: metrics },
  ];
};
