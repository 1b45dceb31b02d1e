// What the rules refuse: each definition with its messages in full.
import { eq, gt, ne, or, type Pipeline, type Ref } from '../../lib/definition/index.ts';
import { retryPolicy } from '../../lib/definition/retry.ts';
import {
  byHand,
  clean,
  dropped,
  limited,
  list,
  mapped,
  named,
  orders,
  overRows,
  publish,
  stateful,
  untyped,
  waiting,
  withNodes,
} from './definitions.ts';

export const brokenDefinitions: Record<string, [Pipeline | readonly Pipeline[], ...string[]]> = {
  'a stage used twice': [
    orders((flow) => [flow.task(list, flow.input), flow.task(list, flow.input)]),
    "HDL102 orders.list: two stages are called list. Fix: give this use its own name: flow.task(list, …, { id: 'list2' }).",
  ],
  'a choice with the name of a stage': [
    orders((flow) => {
      const { total } = flow.task(list, flow.input);
      flow.choose(
        gt(total, 0),
        () => 1,
        () => 2,
        { id: 'list' },
      );
    }),
    "HDL102 orders.list: a stage and a choice are both called list. Fix: give this use its own name: flow.choose(when, then, otherwise, { id: 'list2' }).",
  ],
  'a ladder for throttles alone that cannot be': [
    limited({ retry: retryPolicy({ throttled: { attempts: 0, capSeconds: 1 } }) }),
    'HDL209 orders.list: retry.throttled.attempts is 0, but it counts the first attempt too. Fix: set it from 1 (never try again) to 100.',
    'HDL209 orders.list: retry.throttled.capSeconds is 1, but the first pause is 5 s. Fix: set whole seconds, 5 or more.',
  ],
  'a field that the rows of a file do not have': [
    overRows((row) => ({ key: untyped(row).kei })),
    'HDL203 orders.clean: reads item.kei, but item has no field kei. Fix: read item.key.',
  ],
  'rows that the contract does not take': [
    overRows((row) => ({ key: row.bytes })),
    'HDL204 orders.clean: input.key is a number but the contract wants a string. Fix: pass item.key, or change the input contract of clean.',
  ],
  'a file whose key is a number': [
    overRows((row) => ({ key: row.key }), 3),
    'HDL207 orders.clean: maps over the rows of a file whose key is a number, not a string. Fix: pass the key of the object, without its bucket.',
  ],
  'a stage in a repetition with the name of one of another contract': [
    orders((flow) => {
      flow.task(list, flow.input, { id: 'work' });
      const options = { initial: { rows: 0 }, until: (state: Ref<{ rows: number }>) => gt(state.rows, 1), atMost: 1 };
      flow.repeat('again', options, () => flow.task(clean, { key: 'k' }, { id: 'work' }));
    }),
    "HDL102 orders.workRound1: stages of two contracts, one in a repetition, would share the function work. Fix: give this use its own name: flow.task(clean, …, { id: 'work2' }).",
  ],
  'a stage of a later round, read outside of it': [
    orders((flow) => {
      let last = flow.input.day;
      const options = { initial: { rows: 0 }, until: (state: Ref<{ rows: number }>) => gt(state.rows, 1), atMost: 2 };
      flow.repeat('again', options, () => {
        last = flow.task(clean, { key: 'k' });
        return last;
      });
      flow.task(publish, { rows: last.rows });
    }),
    'HDL205 orders.publish: reads cleanRound2, which runs only in the otherwise branch of againRound1. Fix: return cleanRound2 from that branch and read what flow.choose gave back.',
  ],
  'a fallback that gives something else': [
    orders((flow) => flow.task(clean, { key: 'k' }, { fallback: publish })),
    'HDL250 orders.clean: the fallback publish gives something else than clean: output.rows is missing but must be a number. Fix: give publish the contract of clean.',
  ],
  'a value instead of a failure that the stage could not give': [
    orders((flow) => flow.task(clean, { key: 'k' }, { onFailure: { value: { rows: 'none' } } })),
    'HDL250 orders.clean: the value of onFailure is not what clean gives: value.rows is a string but must be a number. Fix: use a value of the output contract of clean.',
  ],
  'an item, not a list, instead of a map that failed': [
    mapped({ onFailure: { value: { rows: 1 } } }),
    'HDL250 orders.clean: the value of onFailure is not what clean gives: value is an object but must be a list. Fix: use a value of the output contract of clean.',
  ],
  'a name with a dash': [
    orders((flow) => flow.task({ ...list, name: 'list-files' }, flow.input)),
    "HDL106 orders.list-files: the stage name 'list-files' is not a lower-case letter followed by letters and digits. Fix: call it listFiles.",
  ],
  'a capital first': [
    named('Orders'),
    "HDL106 Orders: the pipeline name 'Orders' is not a lower-case letter followed by letters and digits. Fix: call it orders.",
  ],
  'a name of 61 characters': [
    orders((flow) => flow.task(list, flow.input, { id: 'a'.repeat(61) })),
    `HDL106 orders.${'a'.repeat(61)}: the id name has 61 characters. Fix: shorten it to 60 or fewer.`,
  ],
  'the name of a state of every machine': [
    orders((flow) => flow.task(list, flow.input, { id: 'finish' })),
    "HDL106 orders.finish: the id name 'finish' is taken by Heddle itself. Fix: choose another name.",
  ],
  'a circle of stages': [
    withNodes([byHand('a', ['c']), byHand('b', ['a']), byHand('c', ['b']), byHand('d', ['a'])]),
    'HDL201 orders: stages wait for each other in a circle: a -> b -> c -> a. Fix: let a read something that does not come from c.',
  ],
  'a stage that waits for itself': [
    withNodes([byHand('a', ['a'])]),
    'HDL201 orders: stages wait for each other in a circle: a -> a. Fix: let a read something that does not come from a.',
  ],
  'a circle of pipelines': [
    [waiting('a', 'b'), waiting('b', 'c'), waiting('c', 'a')],
    'HDL202 a: pipelines wait for each other in a circle: a -> c -> b -> a. Fix: take b out of the upstream of a, or the other way round.',
  ],
  'a misspelt field': [
    orders((flow) => {
      const listed = flow.task(list, flow.input);
      flow.task(clean, { key: listed.foldr });
    }),
    'HDL203 orders.clean: reads list.foldr, but list has no field foldr. Fix: read list.folder.',
  ],
  'a field that no name is near': [
    orders((flow) => flow.task(clean, { key: flow.task(list, flow.input).zzz })),
    'HDL203 orders.clean: reads list.zzz, but list has no field zzz. Fix: read list.files or list.folder or list.total.',
  ],
  'a field of the item': [
    orders((flow) =>
      flow.map(clean, flow.task(list, flow.input).files, (each: Ref<{ kei: string }>) => ({ key: each.kei })),
    ),
    'HDL203 orders.clean: reads item.kei, but item has no field kei. Fix: read item.key.',
  ],
  'a field of what a choice gives': [
    orders((flow) => {
      const { total } = flow.task(list, flow.input);
      const chosen = flow.choose(
        gt(total, 0),
        () => ({ rows: total }),
        () => ({ rows: 0 }),
      );
      flow.task(publish, { rows: chosen.row });
    }),
    'HDL203 orders.publish: reads choose02b1a11a.row, but choose02b1a11a has no field row. Fix: read choose02b1a11a.rows.',
  ],
  'an upstream that is not declared': [
    {
      ...orders((flow) => flow.task(list, flow.input)),
      flow: {
        nodes: orders((flow) => flow.task(list, flow.input)).flow.nodes,
        output: { kind: 'ref', source: { kind: 'upstream', upstream: 'colect' }, path: [] },
      },
      upstream: { collect: named('collect') },
    },
    'HDL203 orders: reads upstream.colect, but the pipeline has no upstream of that alias. Fix: read flow.upstream.collect.',
    "HDL210 orders: waits for collect, which is not among the application's pipelines. Fix: add collect to the application's pipelines.",
  ],
  'a stage that does not exist': [
    withNodes([byHand('first', []), byHand('second', ['frist'])]),
    'HDL203 orders.second: reads frist, but the pipeline has no stage of that name. Fix: read first.',
  ],
  'a string for a number': [
    orders((flow) => flow.task(publish, { rows: flow.task(list, flow.input).folder })),
    'HDL204 orders.publish: input.rows is a string but the contract wants a number. Fix: pass list.total, or change the input contract of publish.',
  ],
  'a constant of the wrong type': [
    orders((flow) => flow.task(publish, { rows: 'many', note: flow.input.day })),
    'HDL204 orders.publish: input.rows is a string but the contract wants a number. Fix: pass a number, or change the input contract of publish.',
  ],
  'a required field left out': [
    orders((flow) => flow.task(publish, { note: flow.input.day })),
    'HDL204 orders.publish: input.rows is missing but the contract wants a number. Fix: pass a number, or change the input contract of publish.',
  ],
  "a map's outputs for a number": [
    orders((flow) => {
      const cleaned = flow.map(clean, flow.task(list, flow.input).files, (each: Ref<{ key: string }>) => ({
        key: each.key,
      }));
      flow.task(publish, { rows: cleaned.outputs });
    }),
    'HDL204 orders.publish: input.rows is a list but the contract wants a number. Fix: pass a number, or change the input contract of publish.',
  ],
  "an item's field of the wrong type": [
    orders((flow) =>
      flow.map(clean, flow.task(list, flow.input).files, (each: Ref<{ bytes: number }>) => ({ key: each.bytes })),
    ),
    'HDL204 orders.clean: input.key is a number but the contract wants a string. Fix: pass item.key, or change the input contract of clean.',
  ],
  'the wrong type in one branch': [
    orders((flow) => {
      const { total } = flow.task(list, flow.input);
      const rows = flow.choose(
        gt(total, 0),
        () => total,
        () => 'none',
      );
      flow.task(publish, { rows });
    }),
    'HDL204 orders.publish: input.rows is a string but the contract wants a number. Fix: pass a number, or change the input contract of publish.',
  ],
  "an upstream's output of the wrong type": [
    (() => {
      const before = orders((flow) => ({ folder: flow.task(list, flow.input).folder }), 'before');
      return [
        before,
        orders((flow) => flow.task(publish, { rows: flow.upstream.before.folder }), 'orders', { before }),
      ];
    })(),
    'HDL204 orders.publish: input.rows is a string but the contract wants a number. Fix: pass a number, or change the input contract of publish.',
  ],
  'a stage of a branch read outside': [
    orders((flow) => {
      const { total } = flow.task(list, flow.input);
      let inside: unknown;
      flow.choose(
        gt(total, 0),
        () => {
          inside = flow.task(clean, { key: 'k' }).rows;
        },
        () => null,
        { id: 'any' },
      );
      flow.task(publish, { rows: inside });
    }),
    'HDL205 orders.publish: reads clean, which runs only in the then branch of any. Fix: return clean from that branch and read what flow.choose gave back.',
  ],
  'a stage of the other branch': [
    orders((flow) => {
      const { total } = flow.task(list, flow.input);
      let inside: unknown;
      flow.choose(
        gt(total, 0),
        () => {
          inside = flow.task(clean, { key: 'k' }).rows;
        },
        () => flow.task(publish, { rows: 1 }, { after: [inside] }),
        { id: 'any' },
      );
    }),
    'HDL205 orders.publish: reads clean, which runs only in the then branch of any. Fix: return clean from that branch and read what flow.choose gave back.',
  ],
  'two pipelines with one name': [
    [named('orders'), named('orders')],
    "HDL206 orders: two pipelines are called orders. Fix: rename one of them: definePipeline('orders2', …).",
  ],
  'a map over a string': [
    orders((flow) => flow.map(clean, flow.task(list, flow.input).folder, () => ({ key: 'k' }))),
    'HDL207 orders.clean: maps over list.folder, which is a string, not a list. Fix: map over list.files.',
  ],
  'a map over a whole output': [
    orders((flow) => flow.map(clean, flow.task(list, flow.input), () => ({ key: 'k' }))),
    'HDL207 orders.clean: maps over list, which is an object, not a list. Fix: map over list.files.',
  ],
  'a timeout that Lambda does not have': [
    limited({ timeoutSeconds: 901 }),
    'HDL209 orders.list: timeout is 901 s, but Lambda stops every call after 15 minutes. Fix: set 15m or less, and cut the work up with flow.map.',
  ],
  'half a second': [
    limited({ timeoutSeconds: 0.5 }),
    "HDL209 orders.list: timeout is 0.5 s, but Lambda counts whole seconds from 1. Fix: set whole seconds, such as '30s'.",
  ],
  'a duration beyond the timeout': [
    limited({ expect: { durationSeconds: 61 } }),
    'HDL209 orders.list: expect.duration is 61 s, but timeout stops every call after 60 s. Fix: set timeout above 61 s, or expect less.',
  ],
  'too little memory': [
    limited({ memoryMb: 127 }),
    'HDL209 orders.list: memoryMb is 127, but Lambda has 128 to 10,240 MB. Fix: set a whole number from 128 to 10,240.',
  ],
  'retries that cannot be': [
    limited({
      retry: retryPolicy({
        attempts: 0,
        intervalSeconds: 0.5,
        backoff: 0.9,
        capSeconds: 0,
        exhausted: { attempts: 1 },
      }),
    }),
    'HDL209 orders.list: retry.attempts is 0, but it counts the first attempt too. Fix: set it from 1 (never try again) to 100.',
    'HDL209 orders.list: retry.intervalSeconds is 0.5, but Step Functions waits whole seconds from 1. Fix: set a whole number of seconds, 1 or more.',
    'HDL209 orders.list: retry.backoff is 0.9, but pauses cannot shrink. Fix: set 1 for even pauses, 2 to double them.',
    'HDL209 orders.list: retry.capSeconds is 0, but the first pause is 0.5 s. Fix: set whole seconds, 0.5 or more.',
  ],
  'an upstream that the application lacks': [
    [waiting('a', 'collct'), named('collect')],
    "HDL210 a: waits for collct, which is not among the application's pipelines. Fix: add collct to the application's pipelines, or wait for collect.",
  ],
  'a stage inside the function of a map': [
    orders((flow) =>
      flow.map(publish, flow.task(list, flow.input).files, (each: Ref<{ key: string }>) => ({
        rows: flow.task(clean, { key: each.key }).rows,
      })),
    ),
    'HDL211 orders.clean: reads item.key outside the flow.map that it is an item of. Fix: a map runs one stage for each item: do the work in that stage, in a second flow.map over its outputs, or with flow.each.',
  ],
  'nothing to do': [
    orders((flow) => flow.input.day),
    'HDL212 orders: the pipeline has no stages. Fix: add one with flow.task or flow.map.',
  ],
  'a key template without a partition': [
    dropped('drops/*'),
    "HDL213 orders: the key template 'drops/*' has {partition} nowhere, not once. Fix: write one like objectDropped('drops/{partition}/*').",
  ],
  'a key template with a leading slash': [
    dropped('/drops/{partition}'),
    "HDL213 orders: the key template '/drops/{partition}' starts with a slash, but keys in S3 do not. Fix: write one like objectDropped('drops/{partition}/*').",
  ],
  'a branch behind a constant': [
    orders((flow) => {
      flow.choose(
        eq(untyped(1), 2),
        () => [flow.task(list, flow.input), flow.task(clean, { key: 'k' })],
        () => flow.task(publish, { rows: 0 }),
        { id: 'any' },
      );
    }),
    'HDL214 orders.any: list, clean can never run: the condition is always false, so the then branch is never taken. Fix: correct the condition, or take the stages out.',
  ],
  'a branch behind a word that is not in the contract': [
    orders((flow) => {
      const { state } = flow.task(stateful, flow.input);
      flow.choose(
        or(ne(state, 'fll'), gt(state, 'a')),
        () => null,
        () => flow.task(publish, { rows: 0 }),
        { id: 'any' },
      );
    }),
    'HDL214 orders.any: publish can never run: the condition is always true, so the otherwise branch is never taken. Fix: correct the condition, or take the stage out.',
  ],
  'what a choice gives that has no otherwise': [
    orders((flow) => {
      const { total } = flow.task(list, flow.input);
      return flow.choose(gt(total, 0), () => ({ rows: total }), { id: 'any' });
    }),
    'HDL215 orders: reads what any gives, but any has no otherwise branch, so it gives nothing when its condition does not hold. Fix: give flow.choose a third function that returns the value for that case.',
  ],
};
