// What a definition declares of the undoing of what a failed run did: each stage that completed once, after those that hang on it.
import { bindingsOf, refsIn, type StageNode, type TaskNode } from '../definition/index.ts';
import type { PlacedStage } from '../graph/index.ts';
import { besideIn, type Json, undoName } from '../records/index.ts';
import { type Deviation, type StageEnd, skipped, taskEnd } from './stage-ends.ts';
import type { Stubs } from './stubs.ts';

/** The undoing of a stage, as a task of its own, under the name that it has in a run's first execution. */
export interface Undoing extends PlacedStage<TaskNode> {
  readonly of: TaskNode;
}

export interface UndoEnd extends StageEnd {
  readonly of: string;
  /** The undoings that come before it: of what hangs on the stage. */
  readonly after: readonly string[];
}

/** What undoes stages of a pipeline, in the order in which the stages are recorded. */
export const undoingsOf = (stages: readonly PlacedStage[]): readonly Undoing[] =>
  stages.flatMap(({ id, node, within }) => {
    if (node.kind !== 'task' || node.compensate === undefined) return [];
    const name = undoName(id, 1);
    const bind = { kind: 'value', value: null } as const; // what it gets is worked out with what became of the stage
    return [{ id: name, of: node, within, node: { kind: 'task', id: name, stage: node.compensate, bind, after: [] } }];
  });

interface Ended {
  readonly ends: ReadonlyMap<string, StageEnd>;
  /** What a stage was given. */
  bound(node: TaskNode): Json;
  readonly hit: ReadonlyMap<string, Deviation>;
  readonly stubs: Stubs;
}

/** What stands in for a stage, and what was never done, is not undone; nor is what something hangs on that could not be. */
export const declaredUndoing = async (
  stages: readonly PlacedStage[],
  { ends, bound, hit, stubs }: Ended,
): Promise<ReadonlyMap<string, UndoEnd>> => {
  const undone = new Map<string, UndoEnd>();
  const above = needsIn(stages);
  const done = undoingsOf(stages).filter(({ of }) => {
    const { status, letters } = ends.get(of.id) ?? skipped;
    return status === 'completed' && letters.length === 0;
  });
  for (const { id, of, node } of done.toReversed()) {
    const after = done.flatMap((other) => (above.get(other.of.id)?.has(of.id) ? [other.id] : []));
    const isFree = after.every((name) => undone.get(name)?.status === 'completed');
    const given = { input: bound(of), output: ends.get(of.id)?.output ?? null };
    const end = isFree ? await taskEnd(node, given, hit.get(id) ?? { kind: 'none' }, stubs) : skipped;
    undone.set(id, { ...end, of: of.id, after });
  }
  return undone;
};

/** All that each stage hangs on, however far up. Stages are recorded after what they need. */
const needsIn = (stages: readonly PlacedStage[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, ReadonlySet<string>>();
  for (const { id, node } of stages) {
    const direct = directNeedsOf(node);
    found.set(id, new Set([...direct, ...direct.flatMap((need) => [...(found.get(need) ?? [])])]));
  }
  return found;
};

const directNeedsOf = (node: StageNode): readonly string[] => {
  const bindings = bindingsOf(node);
  const read = bindings.flatMap(refsIn).flatMap(({ source }) => (source.kind === 'stage' ? [source.stage] : []));
  return [...read, ...bindings.flatMap(besideIn), ...node.after];
};
