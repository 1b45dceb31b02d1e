// What TypeScript must refuse, and what it must not. Checked by `tsc`: an @ts-expect-error that expects nothing is an error.
import * as z from 'zod';
import {
  batched,
  definePipeline,
  defineStage,
  type EventShape,
  eq,
  fromQueue,
  fromS3,
  gt,
  type HandlerInput,
  type HandlerOutput,
  objectDropped,
  onEvent,
  onRequest,
  type Pipeline,
  type Ref,
  schedule,
} from '../../lib/definition/index.ts';

const file = z.object({ key: z.string(), bytes: z.number() });
const list = defineStage('list', {
  input: z.object({ day: z.string() }),
  output: z.object({ files: z.array(file), total: z.number(), state: z.enum(['full', 'empty']) }),
});
const clean = defineStage('clean', {
  input: z.object({ key: z.string(), strict: z.boolean().default(false) }),
  output: z.object({ rows: z.number() }),
});
const publish = defineStage('publish', {
  input: z.object({ rows: z.number(), tags: z.array(z.string()).optional(), extra: z.unknown().optional() }),
  output: z.object({ url: z.string() }),
});
const day = z.object({ day: z.string() });
const unpublish = defineStage('unpublish', {
  input: z.object({ output: z.object({ url: z.string() }) }),
  output: z.object({}),
});

/** Fails to compile unless the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const proven = <T extends true>(): T | undefined => undefined;

// @ts-expect-error a schedule cannot catch up with some of what it missed
schedule('rate(1 day)', { input: {}, catchUp: 'some' });
const dropReady = {
  detail: z.object({ day: z.string(), rows: z.number() }),
  input: (event: Ref<EventShape<{ day: string; rows: number }>>) => ({ day: event.detail.day }),
};
definePipeline('heard', { input: day, triggers: [onEvent({ source: 'shop' }, dropReady)] }, () => 0);
const wrong = onEvent({ source: 'shop' }, { ...dropReady, input: (event) => ({ rows: event.detail.rows }) });
// @ts-expect-error the pipeline takes `day`, the trigger gives `rows`
definePipeline('wrong', { input: day, triggers: [wrong] }, () => 0);
// @ts-expect-error the detail has no field `dya`
fromQueue('inbox', { detail: dropReady.detail, input: (message) => ({ day: message.detail.dya }) });
const gathered = batched(onEvent({ source: 'shop' }, dropReady), { window: '5m' });
definePipeline('gathering', { input: z.object({ batch: z.array(day) }), triggers: [gathered] }, () => 0);
// @ts-expect-error a batch is a list of inputs, not one
definePipeline('alone', { input: day, triggers: [gathered] }, () => 0);
// @ts-expect-error runs cannot overlap sometimes
definePipeline('overlapping', { input: day, overlap: 'sometimes' }, () => 0);
definePipeline('limited', { input: day, overlap: 'queue', maxRuns: 2, maxQueued: 5 }, () => 0);

export const orders = definePipeline('orders', { input: day }, (flow) => {
  const listed = flow.task(list, { day: flow.input.day });
  flow.task(list, flow.input, { id: 'whole' });
  flow.task(list, { day: 'constant' }, { id: 'constant', after: [listed, listed.total] });
  proven<Same<typeof listed.total, Ref<number>>>();

  flow.task(clean, { key: 'k' }, { id: 'cached', cache: { for: '7d', version: 'v2' } });
  // @ts-expect-error a week is no span of time
  flow.task(clean, { key: 'k' }, { id: 'cachedLong', cache: { for: '1w' } });
  // @ts-expect-error a version is a text
  flow.task(clean, { key: 'k' }, { id: 'cachedNumber', cache: { version: 2 } });

  // @ts-expect-error the contract has no field `flies`
  flow.task(clean, { key: listed.flies });
  // @ts-expect-error the contract wants a string, `total` is a number
  flow.task(clean, { key: listed.total });
  // @ts-expect-error the contract wants a string, not a constant number
  flow.task(clean, { key: 3 });
  // @ts-expect-error `key` is missing
  flow.task(clean, { strict: true });
  // @ts-expect-error `kee` is not a field of the contract
  flow.task(clean, { key: 'k', kee: 'k' });
  // @ts-expect-error a list of numbers is not a list of strings
  flow.task(publish, { rows: 1, tags: [listed.total] });
  // @ts-expect-error the run has no field `day`
  flow.task(clean, { key: flow.run.day });
  flow.task(publish, { rows: listed.total, tags: ['a', listed.state], extra: { any: [1, listed.total] } });

  flow.task(publish, { rows: 1 }, { id: 'undone', compensate: unpublish, onCancel: 'compensate' });
  // @ts-expect-error `clean` gives no url that `unpublish` could take back
  flow.task(clean, { key: 'k' }, { id: 'notUndone', compensate: unpublish });

  const cleaned = flow.map(clean, listed.files, (each) => {
    proven<Same<typeof each.key, Ref<string>>>();
    return { key: each.key };
  });
  proven<Same<typeof cleaned.count, Ref<number>>>();
  proven<Same<typeof cleaned.outputs, Ref<readonly { rows: number }[]>>>();
  // @ts-expect-error a number is not a list
  flow.map(clean, listed.total, () => ({ key: 'k' }));
  // @ts-expect-error a whole output is not a list
  flow.map(clean, listed, () => ({ key: 'k' }));
  // @ts-expect-error an item has no field `kei`
  flow.map(clean, listed.files, (each) => ({ key: each.kei }));
  // @ts-expect-error `bytes` is a number, the contract wants a string
  flow.map(clean, listed.files, (each) => ({ key: each.bytes }));

  const through = flow.each(listed.files, (each, one) => {
    const { rows } = one.task(clean, { key: each.key });
    proven<Same<typeof rows, Ref<number>>>();
    // @ts-expect-error an item has no field `kei`
    one.task(clean, { key: each.kei }, { id: 'b' });
    // @ts-expect-error the contract wants a string, what the stage before gives is a number
    one.task(clean, { key: rows }, { id: 'c' });
    // @ts-expect-error what fails an item is its dead letter, not the choice of each stage
    one.task(clean, { key: each.key }, { id: 'd', onFailure: 'skip' });
    return one.task(publish, { rows }, { after: [rows] });
  });
  proven<Same<typeof through.outputs, Ref<readonly { url: string }[]>>>();
  // @ts-expect-error a number is not a list
  flow.each(listed.total, (_, one) => one.task(clean, { key: 'k' }));
  // @ts-expect-error it gives the outputs of a stage, not a constant
  flow.each(listed.files, () => 3);

  // @ts-expect-error text is not compared with a number
  gt(listed.state, 3);
  // @ts-expect-error a list has no order
  gt(listed.files, 1);
  // @ts-expect-error a stage is not what `after` takes
  flow.task(list, { day: 'd' }, { after: [clean] });
  // @ts-expect-error a ref is not a number: it has no value until the run
  listed.total + 1;
  // @ts-expect-error nor has it a number's methods
  listed.total.toFixed(2);

  const paused = flow.wait('paused', { for: '1h' }, { after: [listed] });
  proven<Same<typeof paused.until, Ref<string>>>();
  flow.wait('opening', { until: listed.state, atMost: '2d' }, { after: [paused] });
  // @ts-expect-error a length needs its unit
  flow.wait('long', { for: '5' });
  // @ts-expect-error a number is no moment
  flow.wait('moment', { until: listed.total });
  // @ts-expect-error a wait takes a length or a moment
  flow.wait('nothing', {});

  const enough = flow.check('enough', gt(listed.total, 0), { severity: 'warn', message: 'few', after: [paused] });
  proven<Same<typeof enough.passed, Ref<boolean>>>();
  // @ts-expect-error a check claims something that can be worked out at run time
  flow.check('never', true);
  // @ts-expect-error a severity is fail or warn
  flow.check('severe', gt(listed.total, 0), { severity: 'error' });

  const verdict = z.object({ approved: z.boolean(), note: z.string().optional() });
  const call = { service: 'sqs:sendMessage', arguments: { MessageBody: { rows: listed.total } } } as const;
  const sent = flow.service('sent', { ...call, resources: ['arn'], output: z.object({ MessageId: z.string() }) });
  proven<Same<typeof sent.MessageId, Ref<string>>>();
  // @ts-expect-error what a call touches is named
  flow.service('anything', { ...call, resources: [] });

  const answer = flow.approve('release', { prompt: 'Well?', answer: verdict, timeout: '3d', show: { listed } });
  proven<Same<typeof answer, Ref<{ approved: boolean; note?: string | undefined }>>>();
  // @ts-expect-error every question ends: a timeout is wanted
  flow.approve('open', { prompt: 'Well?', answer: verdict });
  // @ts-expect-error a default is an answer
  flow.approve('instead', { prompt: 'Well?', answer: verdict, timeout: '3d', default: { approve: true } });

  const chosen = flow.choose(
    gt(listed.total, 0),
    () => ({ url: flow.task(publish, { rows: listed.total }).url, kind: 'yes' as const }),
    () => ({ url: null, kind: 'no' as const }),
  );
  proven<
    Same<
      typeof chosen,
      Ref<{ readonly url: string; readonly kind: 'yes' } | { readonly url: null; readonly kind: 'no' }>
    >
  >();
  // @ts-expect-error a ref has no order of its own; and a condition is data, not a boolean
  const more: boolean = listed.total > 0;
  // @ts-expect-error a condition is data, not a boolean
  flow.choose(more, Object, Object);

  const partly = flow.choose(gt(listed.total, 0), () => flow.task(publish, { rows: 1 }, { id: 'partly' }));
  flow.task(list, { day: 'd' }, { id: 'afterwards', after: [partly] });
  // @ts-expect-error a choice without `otherwise` gives nothing to read
  flow.task(clean, { key: partly.url });

  return { rows: cleaned.count, state: listed.state, files: listed.files, fixed: 1 };
});

proven<
  Same<
    typeof orders,
    Pipeline<
      'orders',
      typeof day,
      {
        readonly rows: number;
        readonly state: 'full' | 'empty';
        readonly files: { key: string; bytes: number }[];
        readonly fixed: number;
      }
    >
  >
>();

const runs = definePipeline('runs', { input: day }, (flow) => {
  const ran = flow.run(orders, { day: flow.run.partition }, { timeout: '2h', after: [] });
  proven<Same<typeof ran.rows, Ref<number>>>();
  // @ts-expect-error the pipeline returns no `row`
  flow.task(publish, { rows: ran.row });
  // @ts-expect-error the pipeline's input wants a day
  flow.run(orders, {});
  // @ts-expect-error a stage is no pipeline
  flow.run(list, { day: 'd' });
});
void runs;

export const report = definePipeline('report', { input: z.object({}), upstream: { orders } }, (flow) => {
  const { orders: upstream } = flow.upstream;
  flow.map(clean, upstream.files, (each) => ({ key: each.key }));
  eq(upstream.state, 'full');
  // @ts-expect-error the upstream returns no `row`
  flow.task(publish, { rows: upstream.row });
  // @ts-expect-error `state` is text, the contract wants a number
  flow.task(publish, { rows: upstream.state });
  // @ts-expect-error `order` is no alias of an upstream
  return flow.upstream.order;
});

// An object gives bucket and key, a schedule what it says: the pipeline's input must allow it.
const drop = z.object({ bucket: z.string(), key: z.string() });
definePipeline('asked', { input: day, triggers: [onRequest()] }, () => null);
const asked = onRequest<{ day: string }>({ when: ({ input }) => gt(input.day, 'a') });
definePipeline('asked', { input: day, triggers: [asked] }, () => null);
// @ts-expect-error the input has no such field
onRequest<{ day: string }>({ when: (request) => gt(request.input.days, 'a') });
const keyed = onRequest<{ key: string }>({ when: ({ input }) => gt(input.key, 'a') });
// @ts-expect-error what is asked for is not what the contract takes
definePipeline('asked', { input: day, triggers: [keyed] }, () => null);
definePipeline('dropped', { input: drop, triggers: [objectDropped('in/{partition}/*')] }, () => null);
definePipeline('daily', { input: day, triggers: [schedule('rate(1 day)', { input: { day: 'd' } })] }, () => null);
// @ts-expect-error an object gives no `day`
definePipeline('dropped', { input: day, triggers: [objectDropped('in/{partition}/*')] }, () => null);
// @ts-expect-error the schedule gives a number for `day`
definePipeline('daily', { input: day, triggers: [schedule('rate(1 day)', { input: { day: 1 } })] }, () => null);
// @ts-expect-error a key template needs {partition}
objectDropped('in/*');
// @ts-expect-error a schedule is cron(…) or rate(…)
schedule('every day', { input: {} });
// @ts-expect-error a span needs its unit
defineStage('late', { input: day, output: day, timeout: '5' });

// A handler gets what the contract parsed, and may return what it has yet to parse.
proven<Same<HandlerInput<typeof clean>, { key: string; strict: boolean }>>();
proven<Same<HandlerOutput<typeof clean>, { rows: number }>>();

const sparse = defineStage('sparse', { input: day, output: z.object({ found: z.number().optional() }) });
definePipeline('optional', { input: day }, (flow) => {
  const { found } = flow.task(sparse, flow.input);
  // @ts-expect-error `found` may be absent, and the contract wants a number
  flow.task(publish, { rows: found });
  // @ts-expect-error what may be absent has no order
  gt(found, 0);
});

// A stage that stands in for another takes what it takes and gives what it gives.
const rough = defineStage('rough', {
  input: z.object({ key: z.string() }),
  output: z.object({ rows: z.number(), rough: z.boolean() }),
});
const wordy = defineStage('wordy', { input: z.object({ key: z.string() }), output: z.object({ rows: z.string() }) });
const needy = defineStage('needy', {
  input: z.object({ key: z.string(), more: z.string() }),
  output: z.object({ rows: z.number() }),
});
definePipeline('failing', { input: z.object({ keys: z.array(z.string()) }) }, (flow) => {
  const input = { key: 'k' };
  const { rows } = flow.task(clean, input, { fallback: rough, onFailure: { value: { rows: 0 } } });
  proven<Same<typeof rows, Ref<number>>>();
  flow.task(clean, input, { id: 'skips', onFailure: 'skip' });
  // @ts-expect-error the fallback gives text for `rows`
  flow.task(clean, input, { fallback: wordy });
  // @ts-expect-error the fallback needs `more`, which the stage is not given
  flow.task(clean, input, { fallback: needy });
  // @ts-expect-error the value is not the stage's output
  flow.task(clean, input, { onFailure: { value: { rows: 'none' } } });
  // @ts-expect-error a value may not be a ref
  flow.task(clean, input, { onFailure: { value: { rows } } });
  // @ts-expect-error 'ignore' is none of the options
  flow.task(clean, input, { onFailure: 'ignore' });
  flow.map(clean, flow.input.keys, (key) => ({ key }), { onFailure: { value: [{ rows: 1 }] } });
  // @ts-expect-error a map's value is the list of outputs
  flow.map(clean, flow.input.keys, (key) => ({ key }), { onFailure: { value: { rows: 1 } } });
});

// The rows of a file are items of the type that lies in the file.
const score = defineStage('score', { input: z.object({ text: z.string() }), output: z.object({ score: z.number() }) });
definePipeline('streaming', { input: z.object({ key: z.string(), size: z.number() }) }, (flow) => {
  const row = z.object({ text: z.string(), stars: z.coerce.number() });
  const rows = fromS3({ bucket: 'inbox', key: flow.input.key, format: 'csv', row });
  const scored = flow.map(score, rows, ({ text }) => ({ text }), { concurrency: 1_000 });
  proven<Same<typeof scored.outputs, Ref<readonly { score: number }[]>>>();
  // @ts-expect-error a row has no `txt`
  flow.map(score, rows, ({ txt }) => ({ text: txt }));
  // @ts-expect-error a key is text
  fromS3({ bucket: 'inbox', key: flow.input.size, format: 'csv', row });
  // @ts-expect-error no such bucket
  fromS3({ bucket: 'outbox', key: 'k', format: 'csv', row });
});

// A repetition's state keeps its type from round to round.
definePipeline('refining', { input: z.object({ topic: z.string() }) }, (flow) => {
  const start = { text: flow.input.topic, score: 0 };
  const refined = flow.repeat('refine', { initial: start, until: ({ score }) => gt(score, 1), atMost: 3 }, (state) => {
    proven<Same<typeof state.text, Ref<string>>>();
    return { text: state.text, score: flow.task(score, { text: state.text }).score };
  });
  proven<Same<typeof refined.state, Ref<{ readonly text: string; readonly score: number }>>>();
  proven<Same<typeof refined.rounds, Ref<number>>>();
  // @ts-expect-error the state has no field `points`
  flow.repeat('one', { initial: start, until: ({ points }) => gt(points, 1), atMost: 3 }, (state) => state);
  // @ts-expect-error a round gives a state without `score`
  flow.repeat('two', { initial: start, until: ({ score }) => gt(score, 1), atMost: 3 }, ({ text }) => ({ text }));
  const options = { initial: start, until: () => gt(flow.input.topic, 'a'), atMost: 3 };
  // @ts-expect-error a round gives text for `score`
  flow.repeat('three', options, ({ text }) => ({ text, score: text }));
});
