// The events that Heddle puts on its bus: what happened to a run, for whoever listens.

/** `source` of the events on the bus, and the detail types. */
export const runEvents = {
  source: 'heddle',
  completed: 'Heddle Run Completed',
  failed: 'Heddle Run Failed',
  deadLetter: 'Heddle Dead Letter',
  checkFailed: 'Heddle Check Failed',
  answerWanted: 'Heddle Answer Wanted',
  deadlineMissed: 'Heddle Deadline Missed',
  stuck: 'Heddle Stage Stuck',
  /** Not about a run: there is none. */
  startFailed: 'Heddle Start Failed',
} as const;

export type RunEventKind = Exclude<keyof typeof runEvents, 'source' | 'startFailed'>;

/** The detail of every event that Heddle puts on its bus about a run. */
export interface RunEventDetail {
  readonly pipeline: string;
  readonly run: string;
  readonly partition: string;
  readonly status: string;
}

/** A run that ended. `since` is when it began; times are ISO 8601 in UTC. */
interface Ended {
  readonly status: string;
  readonly since?: string;
  readonly cause?: string;
  /** That the run is part of: what it sets off is the backfill's to say. */
  readonly backfill?: string;
}

/** What the detail of an event has besides the run that it is about. */
export interface RunEventFacts {
  readonly completed: Ended;
  readonly failed: Ended;
  /** Of a whole stage; or with `items` of a map, once: how many of its items, and the error of the first, `item`. */
  readonly deadLetter: {
    readonly stage: string;
    readonly item?: number;
    readonly items?: number;
    readonly error: string;
    readonly cause: string;
    readonly since: string;
  };
  readonly checkFailed: { readonly stage: string; readonly severity: 'fail' | 'warn'; readonly cause: string };
  readonly answerWanted: {
    readonly stage: string;
    readonly prompt: string;
    readonly until: string;
    readonly shown: string;
    readonly command: string;
    readonly wants: string;
  };
  /** A run that began at `since` was to have ended at `deadline`. `underWay` names the stages that it is at. */
  readonly deadlineMissed: { readonly since: string; readonly deadline: string; readonly underWay: readonly string[] };
  /** A stage that was to give a sign of life by `since`, and has given none in `limitSeconds` more. */
  readonly stuck: { readonly stage: string; readonly since: string; readonly limitSeconds: number };
}
