// A ref has no value at synth. What JavaScript lets us notice throws HDL101. It does not let us notice `if (ref)`, `!ref`,
// `ref && x`, `ref === x` and `typeof ref`: an object is simply true there.
import { describe, expect, test } from '@jest/globals';
import { isRef, type Ref } from '../../lib/definition/index.ts';
import { pipelineOf, stage } from '../asl/sample.ts';

type Loose = Ref<Record<string, number>> & Record<string, Ref<number>>;

const using = (use: (ref: Ref<number>, whole: Loose) => unknown) => () =>
  pipelineOf((flow) => {
    const done = flow.task(stage('done'), {});
    use(done.n, done as unknown as Loose);
  });

const message = (ref: string) =>
  `HDL101 sample: the ref ${ref} was used as a value, but it has none until the pipeline runs. Fix: pass ${ref} to a stage, or compare it with eq, gt, lt, and, or, not inside flow.choose.`;

describe('a ref used as a value throws', () => {
  test.each<[string, Parameters<typeof using>[0], string]>([
    ['in a template', (ref) => `${ref}`, 'done.n'],
    ['in arithmetic', (ref) => Number(ref) + 1, 'done.n'],
    ['in an order', (ref) => (ref as unknown as number) > 1, 'done.n'],
    // biome-ignore lint/suspicious/noDoubleEquals: the mistake itself
    ['in loose equality', (ref) => (ref as unknown) == 1, 'done.n'],
    ['as a key', (ref) => ({ [ref as unknown as string]: 1 }), 'done.n'],
    ['in JSON.stringify', (ref) => JSON.stringify({ ref }), 'done.n'],
    ['in String()', (_, whole) => String(whole), 'done'],
    ['spread into a list', (_, whole) => [...(whole as unknown as number[])], 'done'],
    [
      'in for … of',
      (ref) => {
        for (const _ of ref as unknown as number[]) return;
      },
      'done.n',
    ],
    ['spread into an object', (_, whole) => ({ ...whole }), 'done'],
    ['in Object.keys', (_, whole) => Object.keys(whole), 'done'],
    ['in `in`', (_, whole) => 'n' in whole, 'done'],
  ])('%s', (_, use, name) => {
    expect(using(use)).toThrow(message(name));
  });
});

describe('a ref', () => {
  test('can be awaited, and is itself', async () => {
    let seen: unknown;
    let made: unknown;
    using((ref) => {
      made = ref;
      seen = Promise.resolve(ref);
    })();
    expect(isRef(await seen)).toBe(true);
    expect((await seen) === made).toBe(true);
  });

  test('cannot be written to', () => {
    expect(
      using((_, whole) => {
        whole.n = whole.m as Ref<number>;
      }),
    ).toThrow(TypeError);
  });

  test.each<[unknown]>([[null], [{}], ['text'], [undefined], [() => 1]])('is not %p', (value) => {
    expect(isRef(value)).toBe(false);
  });

  test.each([
    ['input', (flow: Parameters<Parameters<typeof pipelineOf>[0]>[0]) => flow.input.n, 'input.n'],
    ['run', (flow: Parameters<Parameters<typeof pipelineOf>[0]>[0]) => flow.run.id, 'run.id'],
    ['upstream', (flow: Parameters<Parameters<typeof pipelineOf>[0]>[0]) => flow.upstream.before.n, 'before.n'],
  ])('of the %s tells its name', (_, pick, name) => {
    expect(() => pipelineOf((flow) => `${pick(flow)}`)).toThrow(message(name));
  });
});
