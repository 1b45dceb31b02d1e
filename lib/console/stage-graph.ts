// The stages of a run as a graph, each with its state.
import type { Status } from '../records/index.ts';
import { duration } from '../support/words.ts';
import { graphOf, type StatedBox } from './graph.ts';
import { type Html, html } from './html.ts';
import type { Arrow } from './layout.ts';
import { count, momentText, plural } from './words.ts';

/** A stage as its box shows it. */
export interface StageBox {
  readonly stage: string;
  readonly status: Status;
  readonly href: string;
  readonly attempts?: number;
  readonly ms?: number;
  /** Of one under way. */
  readonly since?: string;
  /** Of a map: items with an outcome, of how many, and how many of them failed. */
  readonly items?: { readonly done: number; readonly total: number; readonly failed: number };
}

/** Less the arrows that others say already, however far around: what is left is what a person would draw. */
export const withoutShortcuts = (arrows: readonly Arrow[]): readonly Arrow[] => {
  const below = new Map<string, Set<string>>();
  for (const { from, to } of arrows) below.set(from, (below.get(from) ?? new Set()).add(to));
  const reachable = new Map<string, ReadonlySet<string>>();
  const reach = (id: string): ReadonlySet<string> => {
    const known = reachable.get(id);
    if (known) return known;
    const all = new Set<string>();
    reachable.set(id, all); // in a circle, which a pipeline has none of, it would stay what it is so far
    for (const next of below.get(id) ?? []) {
      all.add(next);
      for (const further of reach(next)) all.add(further);
    }
    return all;
  };
  return arrows.filter(
    ({ from, to }) => ![...(below.get(from) ?? [])].some((next) => next !== to && reach(next).has(to)),
  );
};

const linesOf = ({ status, attempts = 0, ms, since, items }: StageBox): readonly (string | Html)[] => {
  const tried = attempts > 1 ? `, ${plural(attempts, 'attempt')}` : '';
  const isUnderWay = status === 'running' || status === 'waiting';
  const time = ms === undefined ? '' : ` ${duration(ms)}`;
  const first =
    isUnderWay && since !== undefined
      ? html`${status} <tspan data-since="true" data-time="${since}">since ${momentText(since)}</tspan>`
      : `${status}${time}${tried}`;
  if (!items) return [first];
  const failed = items.failed > 0 ? `, ${count(items.failed)} failed` : '';
  return [first, `${isUnderWay ? `${count(items.done)} of ` : ''}${plural(items.total, 'item')}${failed}`];
};

export const stageGraph = (
  stages: readonly StageBox[],
  needs: ReadonlyMap<string, readonly string[]>,
  critical: ReadonlySet<string>,
): Html => {
  const boxes = stages.map(
    (stage): StatedBox => ({
      id: stage.stage,
      title: stage.stage,
      status: stage.status,
      href: stage.href,
      marked: critical.has(stage.stage),
      lines: linesOf(stage),
    }),
  );
  const known = new Set(stages.map(({ stage }) => stage));
  const arrows = stages.flatMap(({ stage }) =>
    (needs.get(stage) ?? []).filter((need) => known.has(need)).map((from) => ({ from, to: stage })),
  );
  return html`${graphOf(boxes, withoutShortcuts(arrows), 'Stages: an arrow to what waits for it')}${
    critical.size > 0
      ? html`<p class="legend"><span class="outlined">outlined</span> on the critical path: what the length of the run rests on</p>`
      : ''
  }`;
};
