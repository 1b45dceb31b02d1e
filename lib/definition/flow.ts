// The recorder behind definePipeline: each verb adds a node to the block being recorded and hands back a ref.
import type { Binding, Tolerance } from '../records/index.ts';
import { bind } from './bind.ts';
import type { Condition } from './condition.ts';
import { DefinitionError } from './diagnostic.ts';
import type { Block, MapExpectation, Node } from './node.ts';
import { type Bound, bindingOfRef, makeRef, type Ref, type Unbound } from './ref.ts';
import type { Stage, StageInput, StageOutput } from './stage.ts';

/** What a map stage gives: its items' outputs in the order of the list, without the items that failed. */
export interface MapResult<Output> {
  readonly outputs: readonly Output[];
  readonly count: number;
  readonly failed: number;
}

export interface TaskOptions {
  /** The name of this use of the stage. @default the stage's own name */
  readonly id?: string;
  /** Outputs of stages to wait for though nothing of theirs is read. */
  readonly after?: readonly Ref<unknown>[];
}

export interface MapOptions extends TaskOptions {
  /** Batches in flight at once, 1 to 40. @default 10 */
  readonly concurrency?: number;
  /** Items that one Lambda call gets, 1 or more. @default 25 */
  readonly batch?: number;
  /** Failed items that the stage bears and still completes. @default { count: 0 } */
  readonly tolerate?: Tolerance;
  /** How many items there are on a normal day: decides the estimate. @default not said */
  readonly expect?: MapExpectation;
}

/** The run itself, as refs. */
export interface RunRef {
  readonly id: string;
  readonly partition: string;
  readonly pipeline: string;
}

export interface Flow<Input, Upstream> {
  readonly input: Ref<Input>;
  readonly run: Ref<RunRef>;
  /** The outputs of the upstream pipelines' runs of the same partition, by alias. */
  readonly upstream: { readonly [Alias in keyof Upstream]: Ref<Upstream[Alias]> };

  /** Runs a stage once. */
  task<S extends Stage>(stage: S, input: Bound<StageInput<S>>, options?: TaskOptions): Ref<StageOutput<S>>;

  /** Runs a stage once for each element of a list; `input` says what each call gets. */
  map<S extends Stage, Item>(
    stage: S,
    items: Ref<readonly Item[]>,
    input: (item: Ref<Item>) => Bound<StageInput<S>>,
    options?: MapOptions,
  ): Ref<MapResult<StageOutput<S>>>;

  /** Runs one of two branches. The stages of the other are `skipped`. */
  choose<Then, Otherwise>(
    when: Condition,
    then: () => Then,
    otherwise: () => Otherwise,
    options?: { readonly id?: string },
  ): Ref<Unbound<Then> | Unbound<Otherwise>>;
}

/** Runs `body` over a recording flow and gives what it recorded. */
export const record = <Input, Upstream, Output>(
  pipeline: string,
  aliases: readonly string[],
  body: (flow: Flow<Input, Upstream>) => Output,
): Block => {
  let nodes: Node[] = [];
  let choices = 0;

  const stagesBehind = (refs: readonly Ref<unknown>[] | undefined, at: string): readonly string[] =>
    (refs ?? []).map((ref) => {
      const binding = bindingOfRef(ref);
      if (binding?.kind === 'ref' && binding.source.kind === 'stage') return binding.source.stage;
      if (binding?.kind === 'chosen') return binding.choose;
      throw new DefinitionError([
        {
          code: 'HDL105',
          severity: 'error',
          at,
          message: '`after` holds something that is not the output of a stage',
          fix: 'pass what flow.task, flow.map or flow.choose gave back',
        },
      ]);
    });

  const block = (run: () => unknown, at: string): Block => {
    const outer = nodes;
    nodes = [];
    try {
      const result = run();
      const output: Binding = result === undefined ? { kind: 'value', value: null } : bind(result, at);
      return { nodes, output };
    } finally {
      nodes = outer;
    }
  };

  const stageRef = <T>(id: string) => makeRef<T>(pipeline, { kind: 'source', source: { kind: 'stage', stage: id } });

  const flow: Flow<Input, Upstream> = {
    input: makeRef(pipeline, { kind: 'source', source: { kind: 'input' } }),
    run: makeRef(pipeline, { kind: 'source', source: { kind: 'run' } }),
    upstream: Object.fromEntries(
      aliases.map((alias) => [
        alias,
        makeRef(pipeline, { kind: 'source', source: { kind: 'upstream', upstream: alias } }),
      ]),
      // The aliases are Upstream's keys, which fromEntries cannot know.
    ) as Flow<Input, Upstream>['upstream'],

    task: (stage, input, options = {}) => {
      const id = options.id ?? stage.name;
      const at = `${pipeline}.${id}`;
      nodes.push({ kind: 'task', id, stage, bind: bind(input, at), after: stagesBehind(options.after, at) });
      return stageRef(id);
    },

    map: (stage, items, input, options = {}) => {
      const id = options.id ?? stage.name;
      const at = `${pipeline}.${id}`;
      nodes.push({
        kind: 'map',
        id,
        stage,
        items: bind(items, at),
        bind: bind(input(makeRef(pipeline, { kind: 'source', source: { kind: 'item' } })), at),
        after: stagesBehind(options.after, at),
        concurrency: options.concurrency ?? 10,
        batch: options.batch ?? 25,
        tolerate: options.tolerate ?? { count: 0 },
        expect: options.expect ?? {},
      });
      return stageRef(id);
    },

    choose: (when, then, otherwise, options = {}) => {
      choices += 1;
      const id = options.id ?? `choose${choices}`;
      const at = `${pipeline}.${id}`;
      const taken = block(then, at);
      const other = block(otherwise, at);
      nodes.push({ kind: 'choose', id, when, onTrue: taken, onFalse: other });
      return makeRef(pipeline, { kind: 'chosen', choose: id, onTrue: taken.output, onFalse: other.output });
    },
  };
  return block(() => body(flow), pipeline);
};
