// The one log of an execution. Every record is either an event, as GetExecutionHistory shows it, or a memo: what the
// interpreter must know after a restart and AWS keeps to itself (when a retry is due, which items a map runs over).
import type { Shape } from '../../service.ts';

export interface EventRecord {
  /** The frame (branch, iteration or whole machine) that it happened in. */
  readonly frame: number;
  readonly id: number;
  readonly previous: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly type: string;
  readonly details?: Shape | undefined;
  readonly memo?: Shape | undefined;
}

export interface MemoRecord {
  readonly frame: number;
  readonly note: string;
  readonly memo: Shape;
}

export type LogRecord = EventRecord | MemoRecord;

export const isEvent = (record: LogRecord): record is EventRecord => 'id' in record;

const detailsField = (type: string): string => {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
};

/** The fields of event details that hold a payload, and what AWS says beside each about its truncation. */
const PAYLOADS: Readonly<Record<string, string>> = {
  input: 'inputDetails',
  output: 'outputDetails',
  assignedVariables: 'assignedVariablesDetails',
};

/** The event as the AWS API gives it. `includeData: false` leaves the payloads out. Times are seconds. */
export const toHistoryEvent = (event: EventRecord, includeData = true): Shape => {
  const base: Shape = {
    timestamp: event.at / 1000,
    type: event.type,
    id: event.id,
    previousEventId: event.previous,
  };
  if (event.details === undefined) return base;
  const details: Shape = {};
  for (const [field, value] of Object.entries(event.details)) {
    const about = PAYLOADS[field];
    if (about !== undefined && !includeData) continue;
    if (field === 'parameters' && !includeData) continue;
    details[field] = value;
    if (about !== undefined) details[about] = { truncated: false };
  }
  base[detailsField(event.type)] = details;
  return base;
};
