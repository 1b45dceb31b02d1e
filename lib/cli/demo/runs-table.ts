import { type Status, statuses } from '../../records/index.ts';
import type { ChainRun } from './chain.ts';
import { count, seconds } from './draw.ts';
import { table } from './table.ts';

const byStatus = (stages: { readonly [status in Status]?: number }): string =>
  statuses.flatMap((status) => (stages[status] ? [`${stages[status]} ${status}`] : [])).join(', ');

/** The runs of a chain, one row each. `costs` are estimated dollars, in the same order. */
export const runsTable = (chain: readonly ChainRun[], costs: readonly (number | undefined)[]): readonly string[] =>
  table(
    ['pipeline', 'partition', 'run', 'status', 'stages', 'items', 'dead letters', 'took', 'AWS cost (est.)'],
    chain.map(({ pipeline, run, stages }, index) => {
      if (!run) return [pipeline, '–', '–', 'not started', '', '', '', '–', ''];
      const items = stages.reduce((sum, stage) => sum + (stage.items?.total ?? 0), 0);
      const tookMs = run.endedAt ? Date.parse(run.endedAt) - Date.parse(run.startedAt ?? run.createdAt) : 0;
      const cost = costs[index];
      return [
        pipeline,
        run.partition,
        run.run,
        run.status,
        byStatus(run.stages ?? {}),
        items > 0 ? count(items) : '–',
        String(run.deadLetters ?? 0),
        seconds(tookMs),
        cost === undefined ? '–' : `$${cost.toFixed(5)}`,
      ];
    }),
  );
