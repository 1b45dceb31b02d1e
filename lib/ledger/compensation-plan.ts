// What is to be undone when a run failed, and what a resume has to do again for it. Pure: from the records of stages and undoings.
import { type ResumeOrder, type StageRecord, type Undo, undoName, undoneStage } from '../records/index.ts';
import { belowOf } from './redo-plan.ts';

const generationOf = ({ generation = 1 }: Pick<StageRecord, 'generation'>): number => generation;

/** The last execution of the run in which a stage was to be undone, by stage. */
const undoneIn = (undos: readonly StageRecord[]): ReadonlyMap<string, number> => {
  const last = new Map<string, number>();
  for (const undo of undos) {
    const stage = undoneStage(undo.stage);
    if (stage !== undefined) last.set(stage, Math.max(last.get(stage) ?? 0, generationOf(undo)));
  }
  return last;
};

/** Completed stages that were to be undone since they were done. */
const sinceDone = (stages: readonly StageRecord[], undos: readonly StageRecord[]): ReadonlySet<string> => {
  const last = undoneIn(undos);
  return new Set(
    stages.flatMap((record) =>
      record.status === 'completed' && (last.get(record.stage) ?? 0) >= generationOf(record) ? [record.stage] : [],
    ),
  );
};

/** The stages whose result was undone. One that was done again since then is not among them. */
export const undoneOf = (stages: readonly StageRecord[], undos: readonly StageRecord[]): ReadonlySet<string> =>
  sinceDone(
    stages,
    undos.filter(({ status }) => status === 'completed'),
  );

/** Those that were to be undone and stand: that failed, or waited for another of which it did. */
export const standingOf = (stages: readonly StageRecord[], undos: readonly StageRecord[]): ReadonlySet<string> => {
  const undone = undoneOf(stages, undos);
  return new Set([...sinceDone(stages, undos)].filter((stage) => !undone.has(stage)));
};

/** How the run ended whose stages are to be undone. */
export interface Ended {
  readonly status: 'failed' | 'cancelled';
  readonly generation: number;
}

/**
 * What is still to be undone, the last that completed first. What others hang on is undone after those others, and only where
 * that went well: nothing is left to stand on what is gone.
 */
export const toUndo = (
  stages: readonly StageRecord[],
  undos: readonly StageRecord[],
  { status, generation }: Ended,
): readonly Undo[] => {
  const undone = undoneOf(stages, undos);
  const byStage = new Map(stages.map((record) => [record.stage, record]));
  const standing = stages.filter(
    ({ stage, status: is, compensate, takenFrom, substituted }) =>
      is === 'completed' &&
      compensate !== undefined &&
      (status === 'failed' || compensate.onCancel === true) &&
      takenFrom === undefined &&
      !substituted &&
      !undone.has(stage),
  );
  const places = placesOf(byStage);
  const ordered = standing.toSorted((one, other) => {
    const [a, b] = [places.get(one.stage), places.get(other.stage)];
    return (b?.endedAt ?? '').localeCompare(a?.endedAt ?? '') || (b?.depth ?? 0) - (a?.depth ?? 0);
  });
  const above = new Map(ordered.map(({ stage }) => [stage, neededBy(stage, byStage)]));
  return ordered.map(({ stage }) => ({
    stage,
    name: undoName(stage, generation),
    after: ordered
      .filter((other) => other.stage !== stage && above.get(other.stage)?.has(stage))
      .map((other) => undoName(other.stage, generation)),
  }));
};

interface Place {
  readonly endedAt: string;
  readonly depth: number;
}

/** When each stage ended, never before one that it needs: the clocks of two Lambdas do not agree to the millisecond. */
const placesOf = (byStage: ReadonlyMap<string, StageRecord>): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>();
  const placeOf = (stage: string): Place => {
    const known = places.get(stage);
    if (known) return known;
    const record = byStage.get(stage);
    const needs = (record?.needs ?? []).map(placeOf);
    const place = {
      endedAt: needs.reduce((latest, { endedAt }) => (endedAt > latest ? endedAt : latest), record?.endedAt ?? ''),
      depth: needs.reduce((deepest, { depth }) => Math.max(deepest, depth + 1), 0),
    };
    places.set(stage, place);
    return place;
  };
  for (const stage of byStage.keys()) placeOf(stage);
  return places;
};

/** All that a stage hangs on, however far up. */
const neededBy = (stage: string, byStage: ReadonlyMap<string, StageRecord>): ReadonlySet<string> => {
  const found = new Set<string>();
  const open = [stage];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const need of byStage.get(next)?.needs ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      open.push(need);
    }
  }
  return found;
};

/** An order that also does again what was undone, and what hangs on it. */
export const withUndone = (
  order: ResumeOrder,
  stages: readonly StageRecord[],
  undos: readonly StageRecord[],
): ResumeOrder => {
  const undone = undoneOf(stages, undos);
  if (undone.size === 0) return order;
  const again = new Set([...order.again, ...undone]);
  const below = new Set([...order.below, ...belowOf(undone, stages).keys()]);
  const items = Object.entries(order.items).filter(([stage]) => !again.has(stage));
  return {
    ...order,
    again: [...again],
    below: [...below].filter((stage) => !again.has(stage) && !items.some(([of]) => of === stage)),
    items: Object.fromEntries(items),
  };
};
