// The reference app: what people say in their reviews, from a dropped file to a report, in four pipelines.
import { collect } from './collect/pipeline.ts';
import { report } from './report/pipeline.ts';
import { sentiment } from './sentiment/pipeline.ts';
import { trends } from './trends/pipeline.ts';

/** In the order of their dependencies. */
export const customerIntelligence = [collect, sentiment, trends, report] as const;
