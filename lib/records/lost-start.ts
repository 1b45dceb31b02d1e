// A start message, or the event that one was to be made of, that could not start a run: a dead letter of a trigger.
import { sha256 } from '../support/sha256.ts';
import type { StoredPayload } from './payload.ts';

export interface LostStart {
  /** Follows from the message's text, and its queue where that is not the start queue: the same message is the same dead letter, however often it comes. */
  readonly id: string;
  /** Undefined where the message does not say. */
  readonly pipeline?: string;
  /** What asked for the run, in words. */
  readonly trigger: string;
  readonly error: string;
  readonly cause: string;
  readonly attempts: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** The text of the message. */
  readonly message: StoredPayload;
  /** The queue that it came from where that is not the start queue: one of the user's, or a pipeline's replay queue. */
  readonly queue?: string;
  /** Its id there, by which the run that it asks for is named. */
  readonly messageId?: string;
  /** The attributes that came with it: of an event, the rule that it matched. */
  readonly attributes: { readonly [name: string]: string };
  /** @default open */
  readonly state?: 'open' | 'replayed' | 'discarded';
  readonly closedBy?: string;
  readonly closedAt?: string;
  readonly because?: string;
}

/** The attributes that a person's command puts on a message that is to start a run after all. */
export const replayAttributes = {
  by: 'HEDDLE_BY',
  because: 'HEDDLE_BECAUSE',
  /** The id of the message of a user's queue that this one is again: what is sent twice asks for one run. */
  messageId: 'HEDDLE_MESSAGE_ID',
} as const;

export const lostStartId = (body: string, queue?: string): string =>
  sha256(queue === undefined ? body : `${queue} ${body}`).slice(0, 12);

/** The name that a person has for it. No run is called `start`: the ids of runs end in a hash. */
export const lostStartName = ({ id }: Pick<LostStart, 'id'>): string => `start/${id}`;

/** What a message tells of itself, whatever it is. */
export const startFacts = (
  body: string,
  attributes: LostStart['attributes'],
): Pick<LostStart, 'trigger'> & { readonly pipeline?: string } => {
  const value = parsed(body);
  const at = (...path: readonly string[]): string => {
    const found = path.reduce<unknown>(
      (outer, field) => (outer as { [field: string]: unknown } | null)?.[field],
      value,
    );
    return typeof found === 'string' ? found : '?';
  };
  const rule = attributes.RULE_ARN?.split('/').at(-1);
  const named = at('pipeline') === '?' ? rule?.split('-')[1] : at('pipeline');
  const of = named === undefined ? {} : { pipeline: named };
  switch (at('kind')) {
    case 'manual':
      return { ...of, trigger: `manual: ${at('by')}` };
    case 'request':
      return { ...of, trigger: `request: ${at('id')} by ${at('by')}` };
    case 'object':
      return {
        ...of,
        trigger: `object: s3://${at('event', 'detail', 'bucket', 'name')}/${at('event', 'detail', 'object', 'key')}`,
      };
    case 'event':
      return { ...of, trigger: `${at('from')}: ${at('reading', 'trigger')} ${at('event', 'id')}` };
    case 'schedule':
      return { ...of, trigger: `schedule: ${at('schedule')} of ${at('time')}` };
    case 'upstream':
      return { ...of, trigger: `upstream: ${at('event', 'detail', 'pipeline')} ${at('event', 'detail', 'run')}` };
    case 'child':
      return {
        ...of,
        trigger: `child: ${at('parent', 'stage')} of ${at('parent', 'pipeline')} ${at('parent', 'run')}`,
      };
    case '?':
      return { ...of, trigger: at('source') === '?' ? 'not a start message' : `event: ${at('detail-type')}` };
    default:
      return { ...of, trigger: `${at('kind')}: ${at('run')}` };
  }
};

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // what it is not is told as such
  }
};
