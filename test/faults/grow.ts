// Random pipelines: tasks, maps, maps of maps, choices, waits and questions, with every way to bear a failure.
import * as z from 'zod';
import { definePipeline, defineStage, type Flow, gt, type Pipeline, type Ref } from '../../lib/definition/index.ts';
import { sha256 } from '../../lib/support/sha256.ts';

/** A number from 0 to one less than `sides`: the same ones for the same seed. */
export type Dice = (sides: number) => number;

export const diceFor = (seed: string): Dice => {
  let throws = 0;
  return (sides) => Number.parseInt(sha256(`${seed} ${throws++}`).slice(0, 8), 16) % sides;
};

const item = z.object({ key: z.string() });
const given = z.object({ reads: z.array(z.any()).readonly(), item: z.any().optional() });
const givesOf = (items: number) =>
  z.object({ n: z.int().min(0).max(9), text: z.string(), items: z.array(item).min(items) });
type Given = z.infer<ReturnType<typeof givesOf>>;

/** Something that a later stage may read. */
interface Known {
  readonly value: Ref<unknown>;
  readonly n?: Ref<number>;
  readonly items?: Ref<readonly { key: string }[]>;
  readonly outputs?: Ref<readonly Given[]>;
}

/** A pipeline that follows from the seed. */
export const grow = (seed: string): Pipeline => {
  const dice = diceFor(seed);
  return definePipeline('random', { input: z.object({ text: z.string() }) }, (flow) => {
    const known: Known[] = [];
    const gardener = new Gardener(flow, dice);
    const count = 2 + dice(6);
    for (let n = 0; n < count; n++) gardener.add(known, 0);
    return known.slice(-3).map(({ value }) => value);
  });
};

/** It reads no input and no upstream. */
type Verbs = Omit<Flow<never, never>, 'input' | 'upstream'>;

class Gardener {
  readonly #flow: Verbs;
  readonly #dice: Dice;
  #stages = 0;

  constructor(flow: Verbs, dice: Dice) {
    this.#flow = flow;
    this.#dice = dice;
  }

  /** One more node, which reads some of those known, and is known from then on. */
  add(known: Known[], depth: number): void {
    const kinds = [
      'task',
      'task',
      'task',
      'map',
      'map',
      'map',
      'again',
      'again',
      'wait',
      'approve',
      'choose',
      'choose',
    ];
    const kind = kinds[this.#dice(depth === 0 ? kinds.length : 8)];
    const listed = this.#one(known.filter(({ items }) => items));
    const mapped = this.#one(known.filter(({ outputs }) => outputs));
    const counted = this.#one(known.filter(({ n }) => n));
    const before = this.#one(known);
    if (kind === 'map' && listed?.items) known.push(this.#map(listed.items, this.#some(known)));
    else if (kind === 'again' && mapped?.outputs) known.push(this.#map(mapped.outputs, []));
    else if (kind === 'choose' && counted?.n) known.push(this.#choose(counted.n, known));
    else if (kind === 'wait' && before) this.#flow.wait(this.#name(), { for: '5m' }, { after: [before.value] });
    else if (kind === 'approve' && before) known.push(this.#approve(before));
    else known.push(this.#task(this.#some(known)));
  }

  #task(reads: readonly Ref<unknown>[]): Known {
    const stage = this.#stage();
    const { fallback, value, skip } = { [['fallback', 'value', 'skip'][this.#dice(9)] ?? 'none']: true } as Record<
      string,
      true
    >;
    const done = this.#flow.task(
      stage,
      { reads },
      {
        ...(fallback ? { fallback: { ...this.#stage(), output: stage.output } as never } : {}),
        ...(value ? { onFailure: { value: { n: 1, text: 'instead', items: this.#items(6) } } } : {}),
        ...(skip ? { onFailure: 'skip' as const } : {}),
      },
    );
    return { value: done.text, n: done.n, items: done.items };
  }

  #map(over: Ref<readonly unknown[]>, reads: readonly Ref<unknown>[]): Known {
    const { value, skip } = { [['value', 'skip'][this.#dice(7)] ?? 'none']: true } as Record<string, true>;
    const mapped = this.#flow.map(this.#stage(), over, (each) => ({ reads, item: each }), {
      batch: 1 + this.#dice(3),
      concurrency: 1 + this.#dice(3),
      tolerate: { count: this.#dice(3) },
      ...(value ? { onFailure: { value: [{ n: 2, text: 'instead', items: this.#items(6) }] } } : {}),
      ...(skip ? { onFailure: 'skip' as const } : {}),
    });
    return { value: mapped.count, outputs: mapped.outputs };
  }

  #approve({ value }: Known): Known {
    const answer = z.object({ text: z.string() });
    const { text } = this.#flow.approve(this.#name(), {
      prompt: 'Well?',
      show: { value },
      answer,
      timeout: '1d',
      ...(this.#dice(2) === 0 ? { default: { text: 'silence' } } : {}),
    });
    return { value: text };
  }

  #choose(n: Ref<number>, known: readonly Known[]): Known {
    const branch = (): Ref<unknown> => {
      const own = [...known];
      for (let nodes = this.#dice(3); nodes >= 0; nodes--) this.add(own, 1);
      return own.at(-1)?.value as Ref<unknown>; // one was added
    };
    const chosen = this.#flow.choose(gt(n, this.#dice(6)), branch, branch, { id: this.#name() });
    return { value: chosen };
  }

  #stage() {
    return defineStage(this.#name(), {
      input: given,
      output: givesOf(2 + this.#dice(4)),
      retry: { attempts: 1 + this.#dice(3), intervalSeconds: 1 },
    });
  }

  #items(count: number): { key: string }[] {
    return Array.from({ length: count }, (_, n) => ({ key: `instead ${n}` }));
  }

  #name(): string {
    return `s${this.#stages++}`;
  }

  #one<T>(from: readonly T[]): T | undefined {
    return from[this.#dice(Math.max(1, from.length))];
  }

  #some(from: readonly Known[]): readonly Ref<unknown>[] {
    return from.filter(() => this.#dice(3) === 0).map(({ value }) => value);
  }
}
