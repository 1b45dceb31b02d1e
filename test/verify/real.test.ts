// The fault matrix with the work of real handlers instead of stubs.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { pipelines } from '../../bin/pipelines.ts';
import { definePipeline, defineStage, listS3 } from '../../lib/definition/index.ts';
import type { Handler } from '../../lib/runtime/index.ts';
import { HandlersFailedError, type RealHandlers, runMatrix } from '../../lib/verify/index.ts';
import { quick } from './quick.ts';

type Work = Handler<never>;

const handlers = (works: { readonly [key: string]: unknown }): RealHandlers => ({
  workOf: async (_, key) => works[key] as never,
  standInOf: async (_, stage) => works[`${stage}.call`] as never,
  setEnvironment: () => undefined,
});

const trends = pipelines.find(({ name }) => name === 'trends');

test('the handlers of trends end as declared under every fault', async () => {
  if (!trends) throw new Error('the app has no trends');
  const imported = await Promise.all(
    ['daily', 'terms', 'movers'].map(async (key) => {
      const { handler } = await import(`../../lambdas/stages/trends/${key}.ts`);
      return [key, handler.work] as const;
    }),
  );
  let uncompared = 0;
  const onUncompared = () => {
    uncompared += 1;
  };
  const cells = await runMatrix(trends, { real: handlers(Object.fromEntries(imported)), onUncompared });
  expect(cells.filter(({ result }) => result !== 'ok' && result !== 'none')).toEqual([]);
  expect(cells.filter(({ result }) => result === 'ok')).toHaveLength(33);
  expect(uncompared).toBe(0);
}, 120_000);

const works: { readonly [key: string]: Work } = {
  list: async () => ({ items: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] }) as never,
  clean: async ({ input }) => input as never,
  judge: async () => ({ score: 2 }) as never,
  'judge.fallback': async () => ({ score: 1 }) as never,
  total: async ({ input }) => ({ text: JSON.stringify(input) }) as never,
};

test('a fallback is the real one, and a branch that they do not take by themselves is taken', async () => {
  const cells = await runMatrix(quick, { real: handlers(works), fault: 'permanent' });
  expect(cells.flatMap((cell) => (cell.result === 'ok' ? [`${cell.stage} ${cell.mark}`] : []))).toEqual([
    'list failed',
    'clean failed',
    'judge fallback',
    'total failed',
  ]);
}, 60_000);

test('one whose state outlives an attempt is found out', async () => {
  let calls = 0;
  const total: Work = async () => {
    calls += 1;
    return { text: calls > 3 ? 'again' : 'once' } as never;
  };
  const [cell] = await runMatrix(quick, { real: handlers({ ...works, total }), stage: 'total', fault: 'crash' });
  expect(cell).toMatchObject({
    result: 'broken',
    problems: [expect.stringMatching(/^what the pipeline gives: again; declared: once$/)],
  });
}, 60_000);

test('those that give another output in every run are not compared, and it is said', async () => {
  let calls = 0;
  const total: Work = async () => {
    calls += 1;
    return { text: `${calls}` } as never;
  };
  let uncompared = 0;
  const cells = await runMatrix(quick, {
    real: handlers({ ...works, total }),
    stage: 'total',
    fault: 'transient',
    onUncompared: () => {
      uncompared += 1;
    },
  });
  expect(cells).toMatchObject([{ result: 'ok' }]);
  expect(uncompared).toBe(1);
}, 60_000);

const text = z.object({ text: z.string() });
const object = z.object({ key: z.string(), at: z.number(), size: z.number() });
const look = defineStage('look', { input: object, output: text, retry: { attempts: 1 } });
const results = z.object({ bucket: z.string(), key: z.string(), count: z.number(), failed: z.number() });
const tell = defineStage('tell', { input: z.object({ looked: results }), output: text, retry: { attempts: 2 } });
const listed = definePipeline('listed', { input: text }, (flow) => {
  const objects = listS3({ bucket: 'inbox', prefix: flow.input.text });
  const looked = flow.map(
    look,
    objects,
    ({ Key, LastModified, Size }) => ({ key: Key, at: LastModified, size: Size }),
    {
      ...{ batch: 1, tolerate: { count: 1 } },
    },
  );
  return { told: flow.task(tell, { looked: looked.results }).text, from: looked.results };
});

test('results that one reads as a stream, of objects that S3 lists, are those of the same handlers outside of any run', async () => {
  const reading: { readonly [key: string]: Work } = {
    look: async ({ input, store }) => {
      const { key, at, size } = input as z.infer<typeof object>;
      return {
        text: `${await store.readText({ bucket: 'inbox', key })} ${size} ${new Date(at * 1_000).getUTCFullYear()}`,
      } as never;
    },
    tell: async ({ input, store }) => {
      const all: string[] = [];
      for await (const one of store.results(look, (input as { looked: z.infer<typeof results> }).looked))
        all.push(one.text);
      return { text: all.join(', ') } as never;
    },
  };
  const faults = ['poison', 'crash', 'killed', 'permanent'];
  for (const real of [undefined, handlers(reading)]) {
    const cells = [];
    for (const fault of faults) cells.push(...(await runMatrix(listed, { fault, ...(real ? { real } : {}) })));
    expect(cells.map(({ stage, fault, result }) => `${stage} ${fault} ${result}`)).toEqual([
      'look poison ok',
      'tell poison none',
      ...['crash', 'killed', 'permanent'].flatMap((fault) => [`look ${fault} ok`, `tell ${fault} ok`]),
    ]);
  }
}, 60_000);

test('what stands in for a call of AWS answers it, with the arguments', async () => {
  const note = defineStage('note', { input: z.object({ job: z.string() }), output: text, retry: { attempts: 2 } });
  const training = definePipeline('training', { input: text }, (flow) => {
    const job = flow.service('train', {
      ...{ service: 'ecs:runTask.sync', resources: ['arn:aws:ecs:eu-west-1:1:x'], standIn: 'fakeTraining' },
      ...{ arguments: { Name: flow.input.text }, output: z.object({ Job: z.string() }) },
    });
    return flow.task(note, { job: job.Job });
  });
  const real = handlers({
    'train.call': async ({ Name }: { readonly Name: string }) => ({ Job: `job of ${Name}` }),
    note: async ({ input: { job } }: { readonly input: { readonly job: string } }) => {
      if (!job.startsWith('job of ')) throw new Error(`no job: ${job}`);
      return { text: job };
    },
  });
  const cells = await runMatrix(training, { fault: 'transient', real });
  expect(cells.map(({ stage, result }) => [stage, result])).toEqual([
    ['train', 'ok'],
    ['note', 'ok'],
  ]);
}, 60_000);

test('those that fail without a fault are refused, with what they say', async () => {
  const list: Work = () => Promise.reject(new Error('there is no such text'));
  await expect(runMatrix(quick, { real: handlers({ ...works, list }), fault: 'permanent' })).rejects.toThrow(
    HandlersFailedError,
  );
  await expect(runMatrix(quick, { real: handlers({ ...works, list }), fault: 'permanent' })).rejects.toThrow(
    /list failed: .*there is no such text/,
  );
}, 60_000);
