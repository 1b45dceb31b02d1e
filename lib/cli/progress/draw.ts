// Progress as lines of text: a block to redraw on a terminal, or only what is new since the last look. Pure.
import { marks } from '../../records/index.ts';
import { duration, oneLine } from '../../support/words.ts';
import { elapsedMs } from '../run-view.ts';
import type { RunState, StageState } from './look.ts';

export const count = (n: number): string => n.toLocaleString('en-US');

type Timed = Pick<StageState, 'status' | 'startedAt' | 'endedAt' | 'items'>;

/** Milliseconds that a stage has run, or ran. */
const stageMs = ({ startedAt, endedAt }: Timed, now: number): number | undefined =>
  startedAt === undefined ? undefined : (endedAt === undefined ? now : Date.parse(endedAt)) - Date.parse(startedAt);

/** Items a second of a running map, once that can be told. */
export const itemsPerSecond = (stage: Timed, now: number): number | undefined => {
  const ms = stageMs(stage, now) ?? 0;
  if (stage.status !== 'running' || !stage.items || ms <= 500 || stage.items.done === 0) return undefined;
  return Math.round((stage.items.done * 1_000) / ms);
};

/** How fast the items of a running map go, and how long it will take at that pace. */
export const paceText = (stage: Timed, now: number): string => {
  const rate = itemsPerSecond(stage, now);
  if (!rate) return '';
  const { done, total = done } = stage.items ?? { done: 0 };
  const leftMs = ((total - done) * 1_000) / rate;
  return `${count(rate)}/s${leftMs >= 1_000 ? `, ${duration(leftMs)} left` : ''}`;
};

const itemsText = (stage: StageState, now: number): string => {
  if (!stage.items) return '';
  const { done, failed, total } = stage.items;
  const pace = paceText(stage, now);
  return [
    total === undefined ? `${count(done)} items` : `${count(done)} of ${count(total)} items`,
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(pace ? [pace] : []),
  ].join(', ');
};

const stageLine = (stage: StageState, width: number, now: number): string => {
  const ms = stageMs(stage, now);
  const parts = [
    `  ${marks[stage.status]} ${stage.id.padEnd(width)}`,
    (stage.status === 'skipped' || ms === undefined ? '' : duration(ms)).padStart(9),
    itemsText(stage, now),
    stage.why ? oneLine(stage.why, 200) : '',
  ];
  return parts
    .filter((part, index) => index < 2 || part !== '')
    .join('  ')
    .trimEnd();
};

/**
 * A line for the run and one for each stage, none wider than `width`. Where there are more than `height` lines, stages that
 * are done or not begun are left out.
 */
export const drawBlock = (
  { run, stages }: RunState,
  { now, width, height }: { readonly now: number; readonly width: number; readonly height: number },
): readonly string[] => {
  const shown = stages.length < height ? stages : busiest(stages, height - 2);
  const longest = Math.max(0, ...shown.map(({ id }) => id.length));
  const hidden = stages.length - shown.length;
  return [
    `${marks[run.status]} ${run.pipeline} ${run.run}  ${run.status}  ${duration(elapsedMs(run, now))}`,
    ...shown.map((stage) => stageLine(stage, longest, now)),
    ...(hidden > 0 ? [`  … and ${hidden} more stages`] : []),
  ].map((line) => (line.length < width ? line : `${line.slice(0, width - 2)}…`));
};

/** The stages that matter most, at most so many, in their order. */
const busiest = (stages: readonly StageState[], most: number): readonly StageState[] => {
  const weight = ({ status }: StageState): number =>
    status === 'running' || status === 'failed' || status === 'waiting' ? 0 : status === 'pending' ? 1 : 2;
  const chosen = new Set(stages.toSorted((a, b) => weight(a) - weight(b)).slice(0, Math.max(0, most)));
  return stages.filter((stage) => chosen.has(stage));
};

const tenths = ({ items }: StageState): number => (items?.total ? Math.floor((items.done * 10) / items.total) : 0);

/** What happened between two looks, one line each: stages that changed, items in steps of a tenth, and the run's end. */
export const drawChanges = (before: RunState | undefined, after: RunState, now: number): readonly string[] => {
  const { run, stages } = after;
  const lines = stages.flatMap((stage) => {
    const last = before?.stages.find(({ id }) => id === stage.id) ?? { id: stage.id, status: 'pending' };
    if (last.status === stage.status && tenths(last) === tenths(stage)) return [];
    const ms = stageMs(stage, now);
    const took =
      stage.endedAt !== undefined && stage.status !== 'skipped' && ms !== undefined ? ` in ${duration(ms)}` : '';
    const details = [itemsText(stage, now), stage.why ? oneLine(stage.why, 200) : ''].filter(Boolean).join(', ');
    return [`${run.pipeline}.${stage.id}: ${stage.status}${took}${details ? `, ${details}` : ''}`];
  });
  const begun = before?.run.status !== run.status && run.status === 'running' ? [`${run.pipeline}: running`] : [];
  const ended = run.endedAt && before?.run.endedAt === undefined;
  return [...begun, ...lines, ...(ended ? [`${run.pipeline}: ${run.status} in ${duration(elapsedMs(run, now))}`] : [])];
};
