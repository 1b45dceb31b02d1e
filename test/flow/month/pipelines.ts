// A nightly pipeline with three that follow from it, and an hourly one.
import * as z from 'zod';
import { daily, definePipeline, hourly, type Pipeline, schedule } from '../../../lib/definition/index.ts';
import { beat, count, gather, judge, write } from './contracts.ts';

const days = { input: z.object({}), partitions: daily({ from: '2025-12-31', timeZone: 'Europe/London' }) };
const nightly = schedule('cron(30 2 * * ? *)', { timeZone: 'Europe/London', input: {} });

const collect = definePipeline('collect', { ...days, triggers: [nightly] }, (flow) =>
  flow.task(gather, { day: flow.partition.key }),
);
const sentiment = definePipeline('sentiment', { ...days, upstream: { collect } }, (flow) =>
  flow.task(judge, { day: flow.upstream.collect.day }),
);
const trends = definePipeline('trends', { ...days, upstream: { collect } }, (flow) =>
  flow.task(count, { day: flow.upstream.collect.day }),
);
const report = definePipeline('report', { ...days, upstream: { sentiment, trends } }, (flow) =>
  flow.task(write, { day: flow.upstream.trends.day }),
);
const hours = { input: z.object({}), partitions: hourly({ from: '2025-12-31' }) };
const pulse = definePipeline('pulse', { ...hours, triggers: [schedule('rate(1 hour)', { input: {} })] }, (flow) =>
  flow.task(beat, { hour: flow.partition.key }),
);

export const monthly: readonly Pipeline[] = [collect, sentiment, trends, report];
export const withHours: readonly Pipeline[] = [...monthly, pulse];
