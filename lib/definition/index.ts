export type { Binding, Source } from '../records/index.ts';
export { besideIn, choicesIn, refsIn } from '../records/index.ts';
export type { AdmissionOptions } from './admission.ts';
export { type BatchOptions, batched } from './batched.ts';
export type { CacheOption } from './cache.ts';
export * from './condition.ts';
export * from './diagnostic.ts';
export type { FailureOption } from './failure.ts';
export type { Flow } from './flow.ts';
export {
  type ApproveNode,
  type Block,
  bindingsOf,
  type CheckNode,
  type ChooseNode,
  type Deadline,
  type ExecutionType,
  type FoldNode,
  type HandledNode,
  isHandled,
  type MapExpectation,
  type MapItems,
  type MapNode,
  mapItems,
  type Node,
  type Pipeline,
  type RunNode,
  type ServiceNode,
  type StageNode,
  type TaskNode,
  type Upstreams,
  type WaitNode,
} from './node.ts';
export * from './on-event.ts';
export { onRequest, type RequestShape } from './on-request.ts';
export * from './partitions.ts';
export * from './pipeline.ts';
export { definePool, type Pool, type PoolOptions, poolLimits, poolSlack } from './pool.ts';
export { type Bound, isRef, type Ref, type Unbound } from './ref.ts';
export type { Ladder, RetryOptions, RetryPolicy } from './retry.ts';
export {
  fromS3,
  type ListedObject,
  listS3,
  type Rows,
  type RowsBucket,
  type RowsFile,
  type RowsFormat,
} from './rows.ts';
export { type Span, seconds } from './span.ts';
export * from './stage.ts';
export { type DroppedObject, lowPriority, objectDropped, schedule, type Trigger } from './trigger.ts';
export {
  all,
  type From,
  type FromOptions,
  fixed,
  from,
  type JoinOptions,
  lastDays,
  lastHours,
  lastMonths,
  lastWeeks,
  type Mapping,
  type UpstreamOptions,
  within,
} from './upstream.ts';
export type { ApproveOptions } from './verbs/approve.ts';
export type { CheckOptions, CheckResult } from './verbs/check.ts';
export type { EachFlow, EachOptions } from './verbs/each.ts';
export type { MapOptions, MapRef, MapResult } from './verbs/map.ts';
export type { RepeatOptions, RepeatResult } from './verbs/repeat.ts';
export type { RunOptions } from './verbs/run.ts';
export type { ServiceOptions } from './verbs/service.ts';
export type { StageUse, TaskOptions } from './verbs/task.ts';
export type { AfterOptions, WaitResult, WaitTime } from './verbs/wait.ts';
