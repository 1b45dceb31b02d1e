// Many events that become one run: the window in which they are gathered.
import type { Json } from './json.ts';

/** When a window closes: after `seconds`, once quiet, or with as many events or bytes, whatever comes first. */
export interface BatchPolicy {
  readonly seconds: number;
  /** It closes when nothing has come for so long. @default only after `seconds` */
  readonly quietSeconds?: number;
  readonly count: number;
  readonly bytes?: number;
}

/** A window's place: events of one trigger are gathered apart by partition, where they name one. */
export interface WindowAddress {
  readonly pipeline: string;
  readonly trigger: string;
  /** The partition, or nothing. */
  readonly group: string;
}

export interface WindowMember {
  readonly id: string;
  readonly input: Json;
  /** Of the object, else of the input. */
  readonly bytes: number;
}

/** The ledger's record of a window. Once it is sealed nothing comes into it: who did not by then is in a later one. */
export interface EventWindow {
  readonly members: readonly WindowMember[];
  readonly closesAt: string;
  /** Of one that closes once it is quiet: when it does at the latest. */
  readonly closesBy?: string;
  readonly closed?: boolean;
  /** Counts its changes. */
  readonly version: number;
}

/** An item of DynamoDB holds 400 KB; a window is sealed well before. */
const mostBytes = 200_000;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

export const isFull = ({ members }: Pick<EventWindow, 'members'>, { count, bytes }: BatchPolicy): boolean =>
  members.length >= count ||
  (bytes !== undefined && sum(members.map((member) => member.bytes)) >= bytes) ||
  JSON.stringify(members).length >= mostBytes;

/** What `closesAt` and `closesBy` are once an event has come at `now`. One that comes when a window is due puts nothing off. */
export const closingOf = (
  window: Pick<EventWindow, 'closesAt' | 'closesBy'> | undefined,
  { seconds, quietSeconds }: BatchPolicy,
  now: number,
): Pick<EventWindow, 'closesAt' | 'closesBy'> => {
  const isoTime = (ms: number): string => new Date(ms).toISOString();
  if (!window) {
    const closesBy = isoTime(now + seconds * 1_000);
    return quietSeconds === undefined
      ? { closesAt: closesBy }
      : { closesAt: isoTime(now + quietSeconds * 1_000), closesBy };
  }
  const { closesAt, closesBy } = window;
  const due = Date.parse(closesAt);
  // Not the window itself: who spreads this must not get its members with it.
  if (quietSeconds === undefined || closesBy === undefined) return { closesAt };
  if (now >= due) return { closesAt, closesBy };
  // Two of our Lambdas may have clocks that differ: it is never put forward.
  return { closesAt: isoTime(Math.min(Date.parse(closesBy), Math.max(due, now + quietSeconds * 1_000))), closesBy };
};
