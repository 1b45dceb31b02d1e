// How a pipeline uses one that it waits for: which of its partitions, and for how long it waits for them.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Every, JoinPolicy, Select, UpstreamUse } from '../records/index.ts';
import { DefinitionError } from './diagnostic.ts';
import type { Pipeline } from './node.ts';
import { type Span, spanSeconds } from './span.ts';

/** Which partitions of an upstream are read. `Shape` is for the checker: one output, or a list of them. */
export type Mapping<Shape extends 'one' | 'list' = 'one' | 'list'> = Select & { readonly shape?: Shape };

const last =
  (every: Every) =>
  (count: number): Mapping<'list'> => ({ kind: 'last', every, count });

/** The last so many hours of an hourly upstream, up to the one that the partition ends in. */
export const lastHours: (count: number) => Mapping<'list'> = last('hour');
/**
 * The last so many days of a daily upstream, up to the one that the partition ends in.
 *
 * @example
 * from(sentiment, { map: lastDays(7) })
 */
export const lastDays: (count: number) => Mapping<'list'> = last('day');
/** The last so many weeks of a weekly upstream, up to the one that the partition ends in. */
export const lastWeeks: (count: number) => Mapping<'list'> = last('week');
/** The last so many months of a monthly upstream, up to the one that the partition ends in. */
export const lastMonths: (count: number) => Mapping<'list'> = last('month');
/** Every hour, day or week of an upstream that begins within the partition's own time. */
export const within = (): Mapping<'list'> => ({ kind: 'within' });
/**
 * All keys of an upstream, or of one of its dimensions.
 *
 * @example
 * from(collect, { map: all('source') })
 */
export const all = (dimension?: string): Mapping<'list'> => ({ kind: 'all', ...(dimension ? { dimension } : {}) });
/** The one partition of this key, whatever the pipeline's own; or this key of one dimension. */
export const fixed = (key: string, dimension?: string): Mapping<'one'> => ({
  kind: 'fixed',
  key,
  ...(dimension ? { dimension } : {}),
});

export interface JoinOptions {
  /** Whether all must be complete before a run starts, or one is enough. @default 'all' */
  readonly policy?: 'all' | 'any';
  /** After so long since the first was complete, a run starts with what there is. @default it waits for ever */
  readonly deadline?: Span;
}

export interface FromOptions<M = unknown> extends JoinOptions {
  /** Which of its partitions are read; a list where there is a choice in both of its dimensions. @default the same key */
  readonly map?: M & (Mapping | readonly Mapping[]);
}

/** An upstream with how it is used. `Value` is what `flow.upstream.<alias>` gives. */
export interface From<Value = unknown> {
  readonly kind: 'from';
  readonly pipeline: Pipeline;
  readonly use: UpstreamUse;
  readonly gives?: Value;
}

type OutputOf<P> = P extends Pipeline<string, StandardSchemaV1, infer Output> ? Output : never;

/** A run may start without all of it. */
type Relaxed<O> = O extends { readonly policy: 'any' } | { readonly deadline: Span } ? true : false;

type Perhaps<T, O> = Relaxed<O> extends true ? T | null : T;

/** One output, or a list of them with their keys. */
type ValueOf<P, O> = O extends { readonly map: infer M }
  ? [M] extends [Mapping<'one'>]
    ? Perhaps<OutputOf<P>, O>
    : [M] extends [readonly Mapping<'one'>[]]
      ? Perhaps<OutputOf<P>, O>
      : readonly { readonly key: string; readonly output: Perhaps<OutputOf<P>, O> }[]
  : Perhaps<OutputOf<P>, O>;

/** Throws HDL107 on a deadline that is no span. */
export const joinPolicy = ({ policy = 'all', deadline }: JoinOptions, at: string): JoinPolicy => ({
  need: policy,
  ...(deadline === undefined ? {} : { deadlineSeconds: spanSeconds(deadline, at, 'deadline') }),
});

/**
 * An upstream of which other partitions than the one of the same key are read, or not all must be complete.
 *
 * @example
 * upstream: { week: from(sentiment, { map: lastDays(7), deadline: '2h' }) }
 */
export const from = <P extends Pipeline, const O extends FromOptions>(pipeline: P, options: O): From<ValueOf<P, O>> => {
  const { map = [] } = options;
  const select = Array.isArray(map) ? map : [map as Mapping];
  return { kind: 'from', pipeline, use: { ...joinPolicy(options, pipeline?.name ?? 'from'), select } };
};

/** Pipelines by alias, with how they are used where that was said. */
export type UpstreamOptions = { readonly [alias: string]: Pipeline | From };

/** What `flow.upstream` gives; with `J`, what holds for all of them. */
export type OutputsOf<U extends UpstreamOptions, J = unknown> = {
  readonly [Alias in keyof U]: U[Alias] extends From<infer Value> ? Perhaps<Value, J> : Perhaps<OutputOf<U[Alias]>, J>;
};

/** The pipelines by alias, and how those are used that are not simply waited for. Throws HDL104. */
export const upstreamsOf = (
  name: string,
  options: UpstreamOptions,
): {
  readonly upstream: { readonly [alias: string]: Pipeline };
  readonly uses: { readonly [alias: string]: UpstreamUse };
} => {
  const given = Object.entries(options);
  const pipelines = given.map(([alias, one]) => [alias, one?.kind === 'from' ? one.pipeline : one] as const);
  const missing = pipelines.filter(([, pipeline]) => pipeline?.kind !== 'pipeline');
  if (missing.length > 0) {
    throw new DefinitionError(
      missing.map(([alias]) => ({
        code: 'HDL104',
        severity: 'error',
        at: name,
        message: `upstream ${alias} is not a pipeline (files that import each other in a circle see undefined)`,
        fix: `import ${alias} from a file that does not import ${name}`,
      })),
    );
  }
  return {
    upstream: Object.fromEntries(pipelines),
    uses: Object.fromEntries(given.flatMap(([alias, one]) => (one.kind === 'from' ? [[alias, one.use]] : []))),
  };
};
