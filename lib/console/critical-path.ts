// The critical path of a run: the chain of stages that its length rests on. Any other stage could have taken a little longer.
import type { StageRecord } from '../records/index.ts';

type Timed = Pick<StageRecord, 'stage' | 'startedAt' | 'endedAt' | 'status'>;

/** Ids of its stages. `needs` is what each stage hangs on; what is under way ends last. */
export const criticalPath = (
  stages: readonly Timed[],
  needs: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> => {
  const begun = new Map(stages.filter(({ startedAt }) => startedAt !== undefined).map((stage) => [stage.stage, stage]));
  const end = ({ endedAt = '9999' }: Timed): string => endedAt;
  const last = (ids: readonly string[]): Timed | undefined =>
    ids
      .flatMap((id) => begun.get(id) ?? [])
      .reduce<Timed | undefined>((latest, stage) => (latest && end(latest) >= end(stage) ? latest : stage), undefined);
  const path = new Set<string>();
  for (let at = last([...begun.keys()]); at && !path.has(at.stage); at = last(needs.get(at.stage) ?? []))
    path.add(at.stage);
  return path;
};
