// A graph of tasks as a pipeline of Heddle: a stage for each task, which waits for its dependencies and reads nothing.
import * as z from 'zod';
import { definePipeline, defineStage, type Pipeline, type Ref } from '../../lib/definition/index.ts';
import { inOrder, type Task, type TaskGraph } from './dag.ts';

export const work = defineStage('work', { input: z.object({}), output: z.object({}), timeout: '15m' });

export interface GraphPipeline {
  readonly pipeline: Pipeline;
  /** A task by the id of its stage: tasks may be called anything, stages may not. */
  readonly taskOf: ReadonlyMap<string, Task>;
}

export const pipelineOf = (graph: TaskGraph): GraphPipeline => {
  const taskOf = new Map<string, Task>();
  const pipeline = definePipeline('graph', { input: z.object({}) }, (flow) => {
    const done = new Map<string, Ref<unknown>>();
    for (const task of inOrder(graph)) {
      const id = `s${taskOf.size}`;
      taskOf.set(id, task);
      done.set(task.id, flow.task(work, {}, { id, after: task.deps.flatMap((dep) => done.get(dep) ?? []) }));
    }
  });
  return { pipeline, taskOf };
};
