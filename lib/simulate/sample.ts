// The pipeline that is simulated where none is named: a chain of stages, one of them over many items if asked for.
import * as z from 'zod';
import { definePipeline, definePool, defineStage, type Pipeline } from '../definition/index.ts';

export interface SampleOptions {
  readonly stages: number;
  /** How long a call of a stage takes. */
  readonly seconds: number;
  /** Items of the map that the second stage is; without, it is a task. */
  readonly items?: number | undefined;
  readonly batch: number;
  readonly concurrency: number;
  /** Whether runs are limited, so that each passes a gate. */
  readonly limited: boolean;
  /** How many of the last stages take of one pool, which all pipelines share. @default none */
  readonly pooled?: number;
}

const value = z.object({ n: z.number() });

export const samplePipeline = (options: SampleOptions): Pipeline => {
  const { stages, seconds, items, batch, concurrency, limited, pooled = 0 } = options;
  const pool = definePool('shared', { slots: 1_000 });
  const expect = { duration: `${Math.max(1, Math.round(seconds * 1_000))}ms` } as const;
  const stage = (name: string) =>
    defineStage(name, { input: z.looseObject({}), output: value, timeout: '15m', expect });
  const list = defineStage('list', {
    input: value,
    output: z.object({ items: z.array(value) }),
    timeout: '15m',
    expect,
  });
  const admission = limited ? ({ overlap: 'queue', maxRuns: 900, maxQueued: 100 } as const) : {};
  return definePipeline('sample', { input: value, ...admission }, (flow) => {
    let from: unknown = flow.input.n;
    let made = 0;
    if (items !== undefined && stages > 1) {
      const listed = flow.task(list, { n: flow.input.n });
      const each = flow.map(stage('each'), listed.items, (item) => ({ n: item.n }), {
        batch,
        concurrency,
        expect: { items },
      });
      from = each.count;
      made = 2;
    }
    for (; made < stages; made++)
      from = flow.task(stage(`stage${made + 1}`), { from } as never, made < stages - pooled ? {} : { pool }).n;
    return { n: from as never };
  });
};
