// The progress of a chain of runs as lines of text: one for each pipeline to redraw, or what is new since the last look. Pure.
import { marks } from '../../records/index.ts';
import { duration } from '../../support/words.ts';
import { count, drawChanges as drawRunChanges, itemsPerSecond, type StageState } from '../progress/index.ts';
import { elapsedMs } from '../run-view.ts';
import type { PipelineProgress } from './snapshot.ts';

const stageText = (stage: StageState, now: number): string => {
  const { id, status, items } = stage;
  const amount = items?.total ? ` ${count(items.done)}/${count(items.total)}` : '';
  const rate = itemsPerSecond(stage, now);
  return `${marks[status]} ${id}${amount}${rate === undefined ? '' : ` (${count(rate)}/s)`}`;
};

/** One line for each pipeline. */
export const drawBlock = (pipelines: readonly PipelineProgress[], now: number): readonly string[] => {
  const width = Math.max(...pipelines.map(({ pipeline }) => pipeline.length));
  return pipelines.map(({ pipeline, state, waitsFor }) => {
    const name = pipeline.padEnd(width);
    if (!state) return `${marks.waiting} ${name}  waits for ${waitsFor.join(', ') || 'its trigger'}`;
    const parts = state.stages.map((stage) => stageText(stage, now)).join('  ');
    return `${marks[state.run.status]} ${name}  ${duration(elapsedMs(state.run, now)).padStart(6)}  ${parts}`;
  });
};

/** What happened between two looks, one line each, in the words of a run's own progress. */
export const drawChanges = (
  before: readonly PipelineProgress[],
  after: readonly PipelineProgress[],
  now: number,
): readonly string[] =>
  after.flatMap(({ pipeline, state }) => {
    const last = before.find((other) => other.pipeline === pipeline)?.state;
    return state ? drawRunChanges(last, state, now) : [];
  });
