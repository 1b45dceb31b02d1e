// What one visit of a state asks of AWS's services, from the state as emitted and what is known of the stage that it calls. Held against
// what a run really calls by test/verify/calls.test.ts.
import { batchInlineLimitBytes, inlineLimitBytes, type Json, type Usage } from '../../records/index.ts';
import { type Call, type LedgerIndex, type LedgerRecord, repeated, usageOfCalls } from './calls.ts';
import type { Visit } from './course.ts';
import { type AslState, argumentOf, placeholderIn } from './machine.ts';

/** A record that a call reads, with what it holds; `bytes` are of JSON. */
export interface ReadRecord {
  readonly record: LedgerRecord;
  readonly bytes: number;
}

/** What is known of a stage. Bytes are of JSON; `reads` are the records that a call reads from the ledger. */
export interface StageFacts {
  readonly memoryMb: number;
  /** Of the function that is called when memory ran out. */
  readonly moreMemoryMb: number | undefined;
  /** Of one call. */
  readonly seconds: number;
  readonly timeoutSeconds: number;
  readonly reads: readonly ReadRecord[];
  /** Of a task, its output; of a map, the results of one batch. */
  readonly writes: number;
  /** Where earlier results may be taken over: how many a call looks for, and the bytes of one. */
  readonly cached?: { readonly results: number; readonly bytes: number };
  /** Of a map, the results of all its batches. */
  readonly results?: number;
  readonly pool?: PoolFacts;
}

/** How a stage uses a pool. */
export interface PoolFacts {
  /** What is read to see whether the stage has something to do, and of a pool with a key, for which value. */
  readonly reads: readonly ReadRecord[];
  /** Whether slots are given back. */
  readonly slots: boolean;
  /** Whether a call waits for its time. */
  readonly rate: boolean;
  /** Of a call of a map's stage: writes that reserve the times of the items after the first. */
  readonly reservations: number;
}

/** A call of an operator's Lambda, which has 512 MB: assumed, and printed as an assumption. */
export const operatorSeconds = 0.1;
const operatorGb = 0.5;

const recordBytes = 300;
const writeUnit = 1_024;
const readUnit = 4_096;

/** A payload of more bytes is in S3. */
const limitOf = (record: LedgerRecord): number => (record === 'batch' ? batchInlineLimitBytes : inlineLimitBytes);

/** A write of a record with a payload of so many bytes in it; a long one goes to S3, at one put. */
const written = (
  record: LedgerRecord,
  {
    bytes = 0,
    times = 1,
    indexes = [],
    keys = 1,
  }: { bytes?: number; times?: number; indexes?: readonly LedgerIndex[]; keys?: number } = {},
): readonly Call[] => {
  const spread = keys > 1 ? { keys } : {};
  return bytes > limitOf(record)
    ? [
        { kind: 'write', record, units: 1, indexes, times, ...spread },
        { kind: 'put', times },
      ]
    : [{ kind: 'write', record, units: Math.ceil((recordBytes + bytes) / writeUnit), indexes, times, ...spread }];
};

const bytesIn = (record: LedgerRecord, bytes: number): number => recordBytes + (bytes > limitOf(record) ? 0 : bytes);
const unitsToRead = (record: LedgerRecord, bytes: number): number => Math.ceil(bytesIn(record, bytes) / readUnit);
const read = ({ record, bytes }: ReadRecord, times = 1): Call => ({
  kind: 'read',
  record,
  units: unitsToRead(record, bytes),
  times,
});
const small = (record: LedgerRecord): Call => read({ record, bytes: 0 });

/** The record of a run is in the index of runs as long as there is one, and from its start to its end in that of open ones. */
const runWritten = (indexes: readonly LedgerIndex[] = ['runs']): readonly Call[] => written('run', { indexes });
/** A dead letter: its record, that it was told, its message, its event; and the record of what died. */
const deadLetter = (of: LedgerRecord): readonly Call[] => [
  ...written('dead', { times: 2 }),
  ...written(of),
  { kind: 'send', times: 1 },
  { kind: 'tell', times: 1 },
];

const lookAtPool: Call = { ...small('pool'), times: 2 };
/** At a pool where nobody waits: a look at what is to be done, at the pool and at its queue, and a write. */
const taken = ({ reads }: PoolFacts, isBatch: boolean): readonly Call[] => [
  small('stage'),
  ...(isBatch ? [small('batch')] : []),
  ...reads.map((one) => read(one)),
  lookAtPool,
  ...written('pool'),
];
/** Then a look, at each call, who is to be granted the time after its own, a write for items after the first; at last a slot is given back. */
const used = ({ slots, rate, reservations }: PoolFacts, attempts: number): readonly Call[] => [
  ...(rate ? repeated([lookAtPool], attempts) : []),
  ...(reservations > 0 ? written('pool', { times: reservations }) : []),
  ...(slots ? [...written('pool'), lookAtPool] : []),
];

type StageOf = (placeholder: string) => StageFacts | undefined;
interface Circumstances {
  readonly failing: boolean;
  readonly standard: boolean;
}

/** What one visit uses. `failing`: every try of a stage runs to its timeout, and the last fails too. */
export const usageOf = (
  visit: Pick<Visit, 'state' | 'attempts'>,
  stageOf: StageOf,
  circumstances: Circumstances,
): Usage => usageOfCalls(callsOf(visit, stageOf, circumstances));

/** What one visit calls. */
export const callsOf = (
  { state, attempts }: Pick<Visit, 'state' | 'attempts'>,
  stageOf: StageOf,
  { failing, standard }: Circumstances,
): readonly Call[] => [
  ...(standard ? [{ kind: 'transition', times: attempts } as const] : []),
  ...(state.Type === 'Task' ? taskCalls(state, attempts, stageOf, failing) : []),
];

const taskCalls = (state: AslState, attempts: number, stageOf: StageOf, failing: boolean): readonly Call[] => {
  const { Resource = '' } = state;
  if (Resource.startsWith('arn:aws:states:::lambda:invoke')) {
    const called = placeholderIn(argumentOf(state, 'FunctionName')) ?? '';
    const stage = stageOf(called);
    const released = releasedOf(state);
    return [
      ...(stage
        ? stageCalls(stage, attempts, failing, spreadIn(state))
        : operatorCalls(state, called, attempts, stageOf)),
      ...(released > 0 ? written('latch', { times: released }) : []),
      ...(stage?.pool && payloadOf(state).lease !== undefined ? used(stage.pool, attempts) : []),
    ];
  }
  const direct = directly.find(([start]) => Resource.startsWith(start));
  return direct ? repeated(direct[1], attempts) : [];
};

type Payload = { readonly action?: string; readonly stage?: string; readonly [field: string]: Json | undefined };

const payloadOf = (state: AslState): Payload => (argumentOf(state, 'Payload') ?? {}) as Payload; // of our own Lambdas
const lengthOf = (list: Json | undefined): number => (Array.isArray(list) ? list.length : 0);
/** Over how many keys the records of a map's batches are spread. */
const spreadIn = (state: AslState): number => Number(payloadOf(state).spread ?? 1);
/** How many latches a call releases at its end. */
const releasedOf = (state: AslState): number => {
  const { release, call } = payloadOf(state);
  return lengthOf(release) + lengthOf((call as Payload | undefined)?.release);
};

/** Services that a state calls without a Lambda. All others cost something that is not in this table. */
const directly: readonly (readonly [string, readonly Call[]])[] = [
  ['arn:aws:states:::aws-sdk:dynamodb:get', [small('latch')]],
  ['arn:aws:states:::aws-sdk:dynamodb:', written('latch')],
  ['arn:aws:states:::dynamodb:getItem', [small('latch')]],
  ['arn:aws:states:::dynamodb:', written('latch')],
  ['arn:aws:states:::aws-sdk:sqs:', [{ kind: 'send', times: 1 }]],
  ['arn:aws:states:::sqs:', [{ kind: 'send', times: 1 }]],
  ['arn:aws:states:::events:', [{ kind: 'tell', times: 1 }]],
  ['arn:aws:states:::aws-sdk:s3:put', [{ kind: 'put', times: 1 }]],
  ['arn:aws:states:::states:startExecution', []],
];

/** True for a call whose price is not known here. */
export const isUnpriced = ({ Type, Resource = '' }: AslState): boolean =>
  Type === 'Task' &&
  !Resource.startsWith('arn:aws:states:::lambda:invoke') &&
  !directly.some(([start]) => Resource.startsWith(start));

const lambda = (gb: number, seconds: number, times: number): Call => ({ kind: 'lambda', gb, seconds, times });

const stageCalls = (stage: StageFacts, attempts: number, failing: boolean, keys: number): readonly Call[] => {
  const record = stage.results === undefined ? 'stage' : 'batch';
  return [
    lambda(stage.memoryMb / 1_024, failing ? stage.timeoutSeconds : stage.seconds, attempts),
    // Each try claims the stage and reads what it is given, a batch the map's own record too; one settles it.
    ...written(record, { times: attempts, keys }),
    ...stage.reads.map((one) => read(one, attempts)),
    ...(record === 'batch' ? repeated([small('stage')], attempts) : []),
    ...written(record, { bytes: stage.writes, keys }),
    ...cacheCalls(stage, attempts),
  ];
};

/** As if nothing were found: each result is looked for, eventually consistent, and kept. */
const cacheCalls = ({ cached }: StageFacts, attempts: number): readonly Call[] =>
  cached
    ? [
        {
          kind: 'read',
          record: 'cache',
          units: 0.5 * unitsToRead('cache', cached.bytes),
          times: cached.results * attempts,
        },
        ...written('cache', { bytes: cached.bytes, times: cached.results }),
      ]
    : [];

/** What the operators do besides running: `begin` and `finish` by their work on the run, `settle` by its action. */
const operatorCalls = (state: AslState, called: string, attempts: number, stageOf: StageOf): readonly Call[] => {
  const payload = payloadOf(state);
  const running = lambda(operatorGb, operatorSeconds, attempts);
  switch (payload.action ?? called) {
    case 'operator_begin':
      return [
        running,
        ...runWritten(),
        ...written('partition'),
        ...written('audit'),
        // Control values that no stage gives are of the input, or of upstreams.
        ...(lengthOf(payload.control) > 0 ? [small('run')] : []),
      ];
    case 'operator_finish':
      return [
        running,
        ...runWritten(['runs', 'open']),
        ...written('partition'),
        ...written('audit'),
        read({ record: 'stage', bytes: recordBytes * lengthOf(payload.stages) }),
        small('dead'),
        { kind: 'tell', times: 1 },
      ];
    case 'mapDone': {
      // The first batch opens the map's record. Its batches are looked at to count, and for those that are lost.
      const { reads = [], results = 0, writes = 0 } = stageOf(`stage_${payload.stage}`) ?? {};
      const batches = writes > 0 ? results / writes : 1;
      const units = Math.max(spreadIn(state), Math.ceil((batches * bytesIn('batch', writes)) / readUnit));
      return [
        running,
        ...written('stage', { times: 2 }),
        small('stage'),
        ...reads.map((one) => read(one)),
        { kind: 'read', record: 'batch', units, times: payload.index === true ? 2 : 1 },
        ...(payload.index === true ? [{ kind: 'put', times: 2 } as const] : []), // the index, and what small batches gave
      ];
    }
    case 'poolOpened': {
      const { pool } = stageOf(`stage_${payload.stage}`) ?? {};
      return [running, ...(pool ? taken(pool, payload.batch !== undefined) : [])];
    }
    case 'stageFailed':
      return [running, ...deadLetter('stage'), ...written('audit')];
    case 'batchFailed':
      return [running, ...written('batch'), ...deadLetter('batch')];
    // What a stage without a handler does is claimed and settled in one call.
    case 'check':
      return [running, ...written('stage', { times: 2 }), small('stage')];
    case 'startChild':
      return [running, ...written('stage'), small('run'), small('stage'), { kind: 'send', times: 1 }];
    case 'ask':
      return [running, ...written('stage'), small('stage'), { kind: 'tell', times: 1 }];
    case 'askEnded':
    case 'childEnded':
      return [running, small('stage')];
    case 'released':
      return [running, ...written('choice', { times: lengthOf(payload.choices) })];
    case 'readControl':
      return [running, small('stage')];
    default:
      return called.startsWith('operator_') ? [running, ...written('stage'), small('stage')] : [running];
  }
};

/** What is known of a pipeline that its runs' starts and ends depend on. */
export interface Door {
  /** Upstream pipelines whose partitions are looked at. */
  readonly upstreams: number;
  /** Whether how many runs are under way is limited. */
  readonly gated: boolean;
}

const dispatched: readonly Call[] = [
  { kind: 'send', times: 1 },
  { kind: 'poll', times: 2 },
  lambda(operatorGb, operatorSeconds, 1),
];
const gatePassed: readonly Call[] = [small('gate'), ...written('gate')];

/** What a run calls before its execution starts: the start message, `dispatch`, the record of the run, its partition, its gate. */
export const callsOfStart = ({ upstreams, gated }: Door): readonly Call[] => [
  ...dispatched,
  ...(upstreams > 0 ? repeated([small('partition')], upstreams) : []),
  ...runWritten(['runs', 'open']),
  ...written('partition'),
  ...(gated ? gatePassed : []),
];

/** What a run calls after its execution's end: it tells the gate that there is room. */
export const callsOfEnd = ({ gated }: Door): readonly Call[] => (gated ? [...dispatched, ...gatePassed] : []);

/** What the look at an Express run calls that comes when its execution can no longer be under way. */
export const callsOfLook: readonly Call[] = [...dispatched, small('run')];
