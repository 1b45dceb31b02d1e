// The recorder behind definePipeline: each verb adds a node to the block being recorded and hands back a ref.
import type { Block } from './node.ts';
import { makeRef, type Ref } from './ref.ts';
import { type CheckVerb, recordCheck } from './verbs/check.ts';
import { type ChooseVerb, recordChoose } from './verbs/choose.ts';
import { type MapVerb, recordMap } from './verbs/map.ts';
import { openRecorder } from './verbs/recorder.ts';
import { type RepeatVerb, recordRepeat } from './verbs/repeat.ts';
import { recordTask, type TaskVerb } from './verbs/task.ts';
import { recordWait, type WaitVerb } from './verbs/wait.ts';

/** The run itself, as refs. */
export interface RunRef {
  readonly id: string;
  readonly partition: string;
  readonly pipeline: string;
}

export interface Flow<Input, Upstream> extends TaskVerb, MapVerb, ChooseVerb, RepeatVerb, WaitVerb, CheckVerb {
  readonly input: Ref<Input>;
  readonly run: Ref<RunRef>;
  /** The outputs of the upstream pipelines' runs of the same partition, by alias. */
  readonly upstream: { readonly [Alias in keyof Upstream]: Ref<Upstream[Alias]> };
}

/** Runs `body` over a recording flow and gives what it recorded. */
export const record = <Input, Upstream, Output>(
  pipeline: string,
  aliases: readonly string[],
  body: (flow: Flow<Input, Upstream>) => Output,
): Block => {
  const recorder = openRecorder(pipeline);
  const flow: Flow<Input, Upstream> = {
    input: makeRef(pipeline, { kind: 'source', source: { kind: 'input' } }),
    run: makeRef(pipeline, { kind: 'source', source: { kind: 'run' } }),
    upstream: Object.fromEntries(
      aliases.map((alias) => [
        alias,
        makeRef(pipeline, { kind: 'source', source: { kind: 'upstream', upstream: alias } }),
      ]),
      // The aliases are Upstream's keys, which fromEntries cannot know.
    ) as Flow<Input, Upstream>['upstream'],
    task: recordTask(recorder),
    map: recordMap(recorder),
    choose: recordChoose(recorder),
    repeat: recordRepeat(recorder),
    wait: recordWait(recorder),
    check: recordCheck(recorder),
  };
  return recorder.block(() => body(flow), pipeline);
};
