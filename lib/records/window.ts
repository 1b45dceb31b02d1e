// Many events that become one run: the window in which they are gathered.
import type { Json } from './json.ts';

/** When a window closes: after `seconds`, or with as many events or bytes, whatever comes first. */
export interface BatchPolicy {
  readonly seconds: number;
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
