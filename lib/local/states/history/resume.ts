// Reads a log back into the frames that were running when it ends: what the interpreter carries on from.
import type { Variables } from '../expressions/scope.ts';
import { type Json, Payload } from '../json.ts';
import type { FrameProgress, Progress } from '../machine/visit.ts';
import { type EventRecord, isEvent, type LogRecord } from './record.ts';

/** Where an execution stood: its frames, and the last numbers that it gave out. */
export interface Standing {
  readonly root: FrameProgress;
  readonly lastEvent: number;
  readonly lastFrame: number;
}

interface Draft {
  readonly id: number;
  readonly index: number;
  input: Payload;
  cursor: number;
  variables: Variables;
  state: FrameProgress['state'];
  next: string | undefined;
  output: Payload | undefined;
  records: Progress['records'][number][];
  children: Map<number, Draft>;
}

const draft = (id: number, index: number, input: Payload, cursor: number, variables: Variables): Draft => ({
  id,
  index,
  input,
  cursor,
  variables,
  state: undefined,
  next: undefined,
  output: undefined,
  records: [],
  children: new Map(),
});

// Events that the next one of their frame does not follow.
const ASIDE = new Set([
  'ExecutionStarted',
  'MapIterationSucceeded',
  'MapIterationFailed',
  'MapIterationAborted',
  'MapRunSucceeded',
  'MapStateSucceeded',
  'ParallelStateSucceeded',
  'TaskStateAborted',
  'WaitStateAborted',
  'ParallelStateAborted',
  'MapStateAborted',
]);

// After these, the children of an earlier attempt are history.
const ATTEMPT = new Set(['retry', 'ParallelStateStarted', 'MapStateStarted']);

// What a redrive leaves of a state that had not come to its end: where its children are, and until when it waits.
const STRUCTURE = new Set(['ParallelStateStarted', 'MapStateStarted', 'MapRunStarted', 'wait']);

/** A redrive starts what failed or was aborted again, with its retries unused; what succeeded stays. */
const redrive = (frame: Draft, event: EventRecord): void => {
  if (frame.output) return;
  frame.cursor = event.id;
  frame.records = frame.records.filter(({ type }) => STRUCTURE.has(type));
  for (const child of frame.children.values()) redrive(child, event);
};

const textOf = (value: unknown): Payload => Payload.parse(String(value));

const enter = (frame: Draft, event: EventRecord): void => {
  frame.state = { name: String(event.details?.name), entered: event.id, previous: event.previous, at: event.at };
  frame.input = textOf(event.details?.input);
  frame.next = undefined;
  frame.records = [];
  frame.children = new Map();
};

const leave = (frame: Draft, event: EventRecord): void => {
  const assigned = event.details?.assignedVariables;
  if (assigned !== undefined) {
    const parsed = Object.entries(assigned as Record<string, string>).map(([name, text]) => [
      name,
      JSON.parse(text) as Json,
    ]);
    frame.variables = { ...frame.variables, ...(Object.fromEntries(parsed) as Variables) };
  }
  const output = textOf(event.details?.output);
  frame.state = undefined;
  frame.input = output;
  frame.records = [];
  frame.children = new Map();
  if (event.memo?.next === undefined) frame.output = output;
  else frame.next = String(event.memo.next);
};

const finished = (frame: Draft): FrameProgress => ({
  id: frame.id,
  index: frame.index,
  input: frame.input,
  cursor: frame.cursor,
  variables: frame.variables,
  state: frame.state,
  next: frame.next,
  output: frame.output,
  progress: {
    records: frame.records,
    children: new Map([...frame.children].map(([index, child]) => [index, finished(child)])),
  },
});

/** `input` is the execution's own. */
export const foldLog = (log: readonly LogRecord[], input: Payload): Standing => {
  const root = draft(0, 0, input, 0, {});
  const frames = new Map<number, Draft>([[0, root]]);
  const parents = new Map<number, Draft>();
  let lastEvent = 0;
  let lastFrame = 0;
  for (const record of log) {
    lastFrame = Math.max(lastFrame, record.frame);
    if (isEvent(record)) lastEvent = record.id;
    const type = isEvent(record) ? record.type : record.note;
    if (type === 'open' || type === 'MapIterationStarted') {
      const { parent, index, input: text } = record.memo as { parent: number; index: number; input: string };
      const above = frames.get(parent);
      if (!above) throw new Error(`the log names a frame ${parent} that it did not open`);
      const cursor = isEvent(record) ? record.id : above.cursor;
      const child = draft(record.frame, index, Payload.parse(text), cursor, above.variables);
      above.children.set(index, child);
      frames.set(record.frame, child);
      parents.set(record.frame, above);
      continue;
    }
    const frame = frames.get(record.frame);
    if (!frame) throw new Error(`the log names a frame ${record.frame} that it did not open`);
    if (isEvent(record) && !ASIDE.has(type)) frame.cursor = record.id;
    const above = type === 'MapIterationSucceeded' ? parents.get(record.frame) : undefined;
    if (above && isEvent(record)) above.cursor = record.id; // the end of the map follows it
    if (isEvent(record) && type === 'ExecutionRedriven') {
      redrive(frame, record);
      continue;
    }
    if (isEvent(record) && type.endsWith('StateEntered')) enter(frame, record);
    else if (isEvent(record) && type.endsWith('StateExited')) leave(frame, record);
    else {
      if (ATTEMPT.has(type)) frame.children = new Map();
      const { memo } = record;
      if (!isEvent(record)) frame.records.push({ type, ...(memo && { memo }) });
      else {
        const { id, at, details } = record;
        frame.records.push({ type, id, at, ...(details && { details }), ...(memo && { memo }) });
      }
    }
  }
  return { root: finished(root), lastEvent, lastFrame };
};

/** The executions that tasks waited for (`startExecution.sync`) when the log ends. */
export const awaitedExecutions = (log: readonly LogRecord[]): string[] => {
  const open = new Map<number, string>();
  for (const record of log) {
    if (!isEvent(record)) continue;
    const { resourceType, resource, output } = record.details ?? {};
    if (
      record.type === 'TaskSubmitted' &&
      resourceType === 'states' &&
      String(resource).startsWith('startExecution.sync')
    ) {
      const { ExecutionArn } = JSON.parse(String(output)) as { readonly ExecutionArn?: string };
      if (ExecutionArn !== undefined) open.set(record.frame, ExecutionArn);
    } else if (CLOSES_TASK.test(record.type)) open.delete(record.frame);
  }
  return [...open.values()];
};

const CLOSES_TASK = /(Succeeded|Failed|TimedOut|Aborted)$/;

/** The type of the record that a token was answered while its task's call was still on its way. */
export const ANSWER = 'answer';

/** The task tokens that were waited for when the log ends: not those that have their answer, which nobody will wait for again. */
export const outstandingTokens = (log: readonly LogRecord[]): string[] => {
  const open = new Map<number, string>();
  for (const record of log) {
    if (typeof record.memo?.token === 'string') open.set(record.frame, record.memo.token);
    else if (isEvent(record) ? CLOSES_TASK.test(record.type) : record.note === ANSWER) open.delete(record.frame);
  }
  return [...open.values()];
};
