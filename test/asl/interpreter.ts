// What a pipeline means, said as plainly as possible: stages in the order written, one after the other.
import {
  type Binding,
  type Block,
  bindingsOf,
  type Condition,
  isHandled,
  type StageNode,
} from '../../lib/definition/index.ts';
import { type Json, narrow } from '../../lib/records/index.ts';
import type { Numbers } from './sample.ts';

export type Chosen = { readonly [choose: string]: string };

/** What the stages of a run give, and which of them fail for good. */
export interface World {
  readonly outputs: ReadonlyMap<string, Json>;
  readonly failing: ReadonlySet<string>;
  readonly input: Numbers;
  readonly upstream: Numbers;
}

export interface Meaning {
  /** The stages that had their turn, and how it went. The stages of branches not taken are not in it. */
  readonly stages: ReadonlyMap<string, 'completed' | 'failed' | 'skipped'>;
  /** Those that ran and failed for good, whatever their `onFailure` made of it. */
  readonly failed: ReadonlySet<string>;
  readonly chosen: Chosen;
}

const at = (value: Json | undefined, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>(
    (inner, field) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, Json>)[field] : undefined,
    value,
  );

/** The value of a binding; undefined when it will never come. `given` says what a completed stage gave. */
export const resolved = (
  binding: Binding,
  world: World,
  given: (stage: string) => Json | undefined,
  chosen: Chosen,
): Json | undefined => {
  const inner = (part: Binding) => resolved(part, world, given, chosen);
  switch (binding.kind) {
    case 'value':
      return binding.value;
    case 'ref':
      switch (binding.source.kind) {
        case 'stage':
          return at(given(binding.source.stage), binding.path);
        case 'input':
          return at({ ...world.input }, binding.path);
        case 'upstream':
          return at({ ...world.upstream }, binding.path);
        case 'item':
          return binding.source.stage !== undefined && given(binding.source.stage) === undefined ? undefined : 0;
        default:
          return 0; // The run's facts and a map's item are always there.
      }
    case 'list': {
      const items = binding.items.map(inner);
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case 'object': {
      const fields = Object.entries(binding.fields).map(([name, field]) => [name, inner(field)] as const);
      return fields.every(([, field]) => field !== undefined) ? (Object.fromEntries(fields) as Json) : undefined;
    }
    case 'chosen': {
      const branch = chosen[binding.choose];
      if (branch !== 'then' && branch !== 'otherwise') return undefined;
      return inner(narrow(branch === 'then' ? binding.onTrue : binding.onFalse, binding.path));
    }
  }
};

type Truth = boolean | 'missing';

const holds = (condition: Condition, value: (binding: Binding) => Json | undefined): Truth => {
  switch (condition.kind) {
    case 'compare': {
      const [left, right] = [value(condition.left), value(condition.right)];
      if (left === undefined || right === undefined) return 'missing';
      switch (condition.comparison) {
        case 'eq':
          return left === right;
        case 'ne':
          return left !== right;
        case 'gt':
          return Number(left) > Number(right);
        case 'gte':
          return Number(left) >= Number(right);
        case 'lt':
          return Number(left) < Number(right);
        case 'lte':
          return Number(left) <= Number(right);
      }
      break;
    }
    case 'not': {
      const inner = holds(condition.condition, value);
      return inner === 'missing' ? inner : !inner;
    }
    default: {
      const inner = condition.conditions.map((each) => holds(each, value));
      if (inner.includes('missing')) return 'missing';
      return condition.kind === 'and' ? inner.every(Boolean) : inner.some(Boolean);
    }
  }
  return 'missing';
};

/** True for a stage that fails, as does its fallback if it has one. */
export const failsForGood = (node: StageNode, { failing }: World): boolean =>
  failing.has(node.id) && !(node.kind === 'task' && node.fallback && !failing.has(`${node.id}.fallback`));

/** What a stage gives that failed with a value for `onFailure`. */
const outputInstead = ({ kind }: StageNode, value: Json): Json =>
  kind === 'map' ? { outputs: value, count: (value as readonly Json[]).length, failed: 0 } : value;

/** Runs a block in its written order, which is always one of the right ones. */
export const interpret = (block: Block, world: World): Meaning => {
  const stages = new Map<string, 'completed' | 'failed' | 'skipped'>();
  const chosen: Record<string, string> = {};
  const failed = new Set<string>();
  const instead = new Map<string, Json>();
  const given = (id: string) =>
    stages.get(id) === 'completed' ? (instead.get(id) ?? world.outputs.get(id)) : undefined;
  const value = (binding: Binding) => resolved(binding, world, given, chosen);

  const walk = ({ nodes }: Block): void => {
    for (const node of nodes) {
      if (node.kind === 'choose') {
        const truth = holds(node.when, value);
        chosen[node.id] = truth === 'missing' ? 'none' : truth ? 'then' : 'otherwise';
        if (truth !== 'missing') walk(truth ? node.onTrue : node.onFalse);
        continue;
      }
      const waited = node.after.every((id) => stages.get(id) === 'completed' || (chosen[id] ?? 'none') !== 'none');
      const ready = waited && bindingsOf(node).every((binding) => value(binding) !== undefined);
      if (ready && node.kind === 'check') {
        const fails = node.severity === 'fail' && holds(node.claim, value) !== true;
        stages.set(node.id, fails ? 'failed' : 'completed');
        continue;
      }
      if (!ready || !failsForGood(node, world)) {
        stages.set(node.id, ready ? 'completed' : 'skipped');
        continue;
      }
      failed.add(node.id);
      const onFailure = isHandled(node) ? node.onFailure : undefined;
      if (typeof onFailure === 'object') instead.set(node.id, outputInstead(node, onFailure.value));
      stages.set(node.id, onFailure === undefined ? 'failed' : onFailure === 'skip' ? 'skipped' : 'completed');
    }
  };
  walk(block);
  return { stages, failed, chosen };
};
