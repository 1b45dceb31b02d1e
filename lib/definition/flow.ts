// The recorder behind definePipeline: each verb adds a node to the block being recorded and hands back a ref.
import { DefinitionError, type Diagnostic } from './diagnostic.ts';
import type { Block } from './node.ts';
import type { PartitionKey } from './partitions.ts';
import { callable, makeRef, type Ref } from './ref.ts';
import type { Stage } from './stage.ts';
import { type ApproveVerb, recordApprove } from './verbs/approve.ts';
import { type CheckVerb, recordCheck } from './verbs/check.ts';
import { type ChooseVerb, recordChoose } from './verbs/choose.ts';
import { type EachVerb, recordEach } from './verbs/each.ts';
import { type MapVerb, recordMap } from './verbs/map.ts';
import { openRecorder, type Recorder, stageRef } from './verbs/recorder.ts';
import { type ReduceVerb, recordReduce } from './verbs/reduce.ts';
import { type RepeatVerb, recordRepeat } from './verbs/repeat.ts';
import { type RunVerb, recordRun } from './verbs/run.ts';
import { recordService, type ServiceVerb } from './verbs/service.ts';
import { recordTask, type TaskVerb } from './verbs/task.ts';
import { recordWait, type WaitVerb } from './verbs/wait.ts';

/** The run itself, as refs. */
export interface RunRef {
  readonly id: string;
  readonly partition: string;
  readonly pipeline: string;
}

export interface Flow<Input, Upstream, Partition = PartitionKey>
  extends TaskVerb,
    MapVerb,
    EachVerb,
    ReduceVerb,
    ChooseVerb,
    RepeatVerb,
    WaitVerb,
    CheckVerb,
    ApproveVerb,
    ServiceVerb {
  readonly input: Ref<Input>;
  /** The run itself, `flow.run.partition`; and a run of another pipeline, `flow.run(pipeline, input)`. */
  readonly run: Ref<RunRef> & RunVerb['run'];
  /** The run's partition: its `key`; of time, from its `start` to its `end`; of two dimensions, the key of each by its name. */
  readonly partition: Ref<Partition>;
  /** The outputs of the upstream pipelines' runs of the same partition, by alias. */
  readonly upstream: { readonly [Alias in keyof Upstream]: Ref<Upstream[Alias]> };
}

/** A ref to the output of each upstream. */
export const upstreamRefs = <Upstream>(
  pipeline: string,
  aliases: readonly string[],
): Flow<unknown, Upstream>['upstream'] =>
  Object.fromEntries(
    aliases.map((alias) => [
      alias,
      makeRef(pipeline, { kind: 'source', source: { kind: 'upstream', upstream: alias } }),
    ]),
    // The aliases are Upstream's keys, which fromEntries cannot know.
  ) as Flow<unknown, Upstream>['upstream'];

/** Runs `body` over a recording flow and gives what it recorded. */
export const record = <Input, Upstream, Output, Partition>(
  pipeline: string,
  aliases: readonly string[],
  body: (flow: Flow<Input, Upstream, Partition>) => Output,
): Block => {
  const recorder = openRecorder(pipeline);
  const flow: Flow<Input, Upstream, Partition> = {
    input: makeRef(pipeline, { kind: 'source', source: { kind: 'input' } }),
    run: callable(makeRef<RunRef>(pipeline, { kind: 'source', source: { kind: 'run' } }), recordRun(recorder)),
    partition: makeRef(pipeline, { kind: 'source', source: { kind: 'partition' } }),
    upstream: upstreamRefs<Upstream>(pipeline, aliases),
    task: recordTask(recorder),
    map: recordMap(recorder),
    each: recordEach(recorder),
    reduce: recordReduce(recorder),
    choose: recordChoose(recorder),
    repeat: recordRepeat(recorder),
    wait: recordWait(recorder),
    check: recordCheck(recorder),
    approve: recordApprove(recorder),
    service: recordService(recorder),
  };
  return recorded(recorder, flow, body);
};

/**
 * Goes on after a stage whose input or `after` cannot be recorded, so that all such mistakes are told together: whatever reads
 * the stage gets a ref to it, which nobody follows any more.
 */
const recorded = <F extends Pick<TaskVerb & MapVerb, 'task' | 'map'>, Output>(
  recorder: Recorder,
  flow: F,
  body: (flow: F) => Output,
): Block => {
  const told: Diagnostic[] = [];
  type Verb = (stage: Stage, ...rest: readonly never[]) => Ref<never>;
  const goingOn =
    (verb: Verb): Verb =>
    (stage, ...rest) => {
      try {
        return verb(stage, ...rest);
      } catch (error) {
        if (!(error instanceof DefinitionError)) throw error;
        told.push(...error.diagnostics);
        return stageRef(recorder, stage.name) as Ref<never>;
      }
    };
  // The verbs keep their own signatures: only a throw becomes a ref.
  const task = goingOn(flow.task as unknown as Verb) as unknown as F['task'];
  const map = goingOn(flow.map as unknown as Verb) as unknown as F['map'];
  try {
    const block = recorder.block(() => body({ ...flow, task, map }), recorder.pipeline);
    if (told.length === 0) return block;
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    told.push(...error.diagnostics);
  }
  throw new DefinitionError(told);
};
