// Progress as lines of text: a block to redraw on a terminal, or only what is new since the last time. Pure.
import { marks } from '../marks.ts';
import { duration } from '../words.ts';
import type { PipelineProgress, StageProgress } from './snapshot.ts';

const count = (n: number): string => n.toLocaleString('en-US');

/** Items done at a moment, for the rate. */
export interface Mark {
  readonly at: number;
  readonly done: number;
}

const stageText = ({ id, status, items }: StageProgress, rate: number | undefined): string => {
  const amount = items && items.total > 0 ? ` ${count(items.done)}/${count(items.total)}` : '';
  const speed = status === 'running' && rate !== undefined && rate > 0 ? ` (${count(Math.round(rate))}/s)` : '';
  return `${marks[status]} ${id}${amount}${speed}`;
};

/** One line for each pipeline. `rateOf` gives items a second of a running map, where it is known yet. */
export const drawBlock = (
  pipelines: readonly PipelineProgress[],
  rateOf: (pipeline: string, stage: string) => number | undefined,
): readonly string[] => {
  const width = Math.max(...pipelines.map(({ pipeline }) => pipeline.length));
  return pipelines.map(({ pipeline, status, stages, elapsedMs, waitsFor }) => {
    const name = pipeline.padEnd(width);
    if (status === 'waiting') return `${marks.waiting} ${name}  waits for ${waitsFor.join(', ') || 'its trigger'}`;
    const parts = stages.map((stage) => stageText(stage, rateOf(pipeline, stage.id))).join('  ');
    return `${marks[status]} ${name}  ${duration(elapsedMs).padStart(6)}  ${parts}`;
  });
};

const underWay: ReadonlySet<PipelineProgress['status']> = new Set(['pending', 'waiting', 'running']);

/** What happened between two looks, one line each: runs and stages that changed, items in steps of a tenth. */
export const drawChanges = (
  before: readonly PipelineProgress[],
  after: readonly PipelineProgress[],
): readonly string[] =>
  after.flatMap((pipeline) => {
    const old = before.find((other) => other.pipeline === pipeline.pipeline);
    const lines: string[] = [];
    if (old?.status !== pipeline.status && pipeline.status === 'running') lines.push(`${pipeline.pipeline}: running`);
    for (const stage of pipeline.stages) {
      const last = old?.stages.find((other) => other.id === stage.id);
      const tenth = (progress: StageProgress | undefined): number =>
        progress?.items && progress.items.total > 0 ? Math.floor((progress.items.done * 10) / progress.items.total) : 0;
      const of = stage.items ? `, ${count(stage.items.done)} of ${count(stage.items.total)} items` : '';
      const why = stage.cause ? `: ${stage.cause}` : '';
      if (last?.status !== stage.status) lines.push(`${pipeline.pipeline}.${stage.id}: ${stage.status}${of}${why}`);
      else if (tenth(last) !== tenth(stage)) lines.push(`${pipeline.pipeline}.${stage.id}: ${stage.status}${of}`);
    }
    if (old?.status !== pipeline.status && !underWay.has(pipeline.status)) {
      lines.push(`${pipeline.pipeline}: ${pipeline.status} in ${duration(pipeline.elapsedMs)}`);
    }
    return lines;
  });
