// What one visit of a state uses of AWS's services, from the state as emitted and what is known of the stage that it calls.
import { inlineLimitBytes, totalUsage, type Usage } from '../../records/index.ts';
import type { Visit } from './course.ts';
import { type AslState, argumentOf, placeholderIn } from './machine.ts';

/** What is known of a stage. Bytes are of JSON; `reads` are the bytes of each thing that a call reads from the ledger. */
export interface StageFacts {
  readonly memoryMb: number;
  /** Of the function that is called when memory ran out. */
  readonly moreMemoryMb: number | undefined;
  /** Of one call. */
  readonly seconds: number;
  readonly timeoutSeconds: number;
  readonly reads: readonly number[];
  /** Of a task, its output; of a map, the results of one batch. */
  readonly writes: number;
  /** Where earlier results may be taken over: how many a call looks for, and the bytes of one. */
  readonly cached?: { readonly results: number; readonly bytes: number };
  /** Of a map, the results of all its batches. */
  readonly results?: number;
}

/** A call of an operator's Lambda, which has 512 MB: assumed, and printed as an assumption. */
export const operatorSeconds = 0.1;
const operatorGb = 0.5;

const recordBytes = 300;
const writeUnit = 1_024;
const readUnit = 4_096;

/** DynamoDB's units to write a record with a payload of so many bytes in it; a long one goes to S3, at one put. */
const written = (bytes: number): Partial<Usage> =>
  bytes > inlineLimitBytes
    ? { writeUnits: 1, s3Puts: 1 }
    : { writeUnits: Math.ceil((recordBytes + bytes) / writeUnit) };

const unitsToRead = (bytes: number): number => Math.ceil((recordBytes + Math.min(bytes, inlineLimitBytes)) / readUnit);

/** The record of a run is in the index of runs too, so a write of it counts twice; where a run begins or ends, that of open ones too. */
const writesOfRun = 2;
/** A dead letter: its record, its message, its event. */
const deadLetter: Partial<Usage> = { writeUnits: 2, queueRequests: 1, busEvents: 1 };

/** What one visit uses. `failing`: every try of a stage runs to its timeout, and the last fails too. */
export const usageOf = (
  { state, attempts }: Pick<Visit, 'state' | 'attempts'>,
  stageOf: (placeholder: string) => StageFacts | undefined,
  { failing, standard }: { readonly failing: boolean; readonly standard: boolean },
): Usage => {
  const own = standard ? [{ usage: { transitions: 1 }, times: attempts }] : [];
  return totalUsage([...own, ...(state.Type === 'Task' ? callUsage(state, attempts, stageOf, failing) : [])]);
};

type Part = { readonly usage: Partial<Usage>; readonly times: number };

const callUsage = (
  state: AslState,
  attempts: number,
  stageOf: (placeholder: string) => StageFacts | undefined,
  failing: boolean,
): readonly Part[] => {
  const { Resource = '' } = state;
  if (Resource.startsWith('arn:aws:states:::lambda:invoke')) {
    const called = placeholderIn(argumentOf(state, 'FunctionName')) ?? '';
    const stage = stageOf(called);
    return stage ? stageUsage(stage, attempts, failing) : operatorUsage(state, called, attempts, stageOf);
  }
  const direct = directly.find(([start]) => Resource.startsWith(start));
  return direct ? [{ usage: direct[1], times: attempts }] : [];
};

/** Services that a state calls without a Lambda. All others cost something that is not in this table. */
const directly: readonly (readonly [string, Partial<Usage>])[] = [
  ['arn:aws:states:::aws-sdk:dynamodb:get', { readUnits: 1 }],
  ['arn:aws:states:::aws-sdk:dynamodb:', { writeUnits: 1 }],
  ['arn:aws:states:::dynamodb:getItem', { readUnits: 1 }],
  ['arn:aws:states:::dynamodb:', { writeUnits: 1 }],
  ['arn:aws:states:::aws-sdk:sqs:', { queueRequests: 1 }],
  ['arn:aws:states:::sqs:', { queueRequests: 1 }],
  ['arn:aws:states:::events:', { busEvents: 1 }],
  ['arn:aws:states:::aws-sdk:s3:put', { s3Puts: 1 }],
  ['arn:aws:states:::states:startExecution', {}],
];

/** True for a call whose price is not known here. */
export const isUnpriced = ({ Type, Resource = '' }: AslState): boolean =>
  Type === 'Task' &&
  !Resource.startsWith('arn:aws:states:::lambda:invoke') &&
  !directly.some(([start]) => Resource.startsWith(start));

const lambda = (gb: number, seconds: number): Partial<Usage> => ({ lambdaCalls: 1, lambdaGbSeconds: gb * seconds });

const stageUsage = (stage: StageFacts, attempts: number, failing: boolean): readonly Part[] => [
  {
    usage: lambda(stage.memoryMb / 1_024, failing ? stage.timeoutSeconds : stage.seconds),
    times: attempts,
  },
  // Each try claims the stage and reads what it is given, a batch the map's own record too; one settles it.
  {
    usage: {
      writeUnits: 1,
      readUnits: stage.reads.reduce((sum, bytes) => sum + unitsToRead(bytes), stage.results === undefined ? 0 : 1),
    },
    times: attempts,
  },
  { usage: written(stage.writes), times: 1 },
  ...cacheUsage(stage, attempts),
];

/** As if nothing were found: each result is looked for, eventually consistent, and kept. */
const cacheUsage = ({ cached }: StageFacts, attempts: number): readonly Part[] =>
  cached
    ? [
        { usage: { readUnits: 0.5 * unitsToRead(cached.bytes) }, times: cached.results * attempts },
        { usage: written(cached.bytes), times: cached.results },
      ]
    : [];

/** What the operators do besides running: `begin` and `finish` by their work on the run, `settle` by its action. */
const operatorUsage = (
  state: AslState,
  called: string,
  attempts: number,
  stageOf: (placeholder: string) => StageFacts | undefined,
): readonly Part[] => {
  const payload = argumentOf(state, 'Payload') as { readonly action?: string; readonly stage?: string } | undefined;
  const running = { usage: lambda(operatorGb, operatorSeconds), times: attempts };
  const of = (usage: Partial<Usage>): readonly Part[] => [running, { usage, times: 1 }];
  switch (payload?.action ?? called) {
    case 'operator_begin':
      return of({ writeUnits: writesOfRun + 1, readUnits: 1 });
    case 'operator_finish':
      return of({ writeUnits: writesOfRun + 2, readUnits: 3, busEvents: 1 });
    case 'mapDone': {
      const results = stageOf(`stage_${payload?.stage}`)?.results ?? 0;
      return of({ writeUnits: 1, readUnits: 2 + Math.ceil(results / readUnit) });
    }
    case 'stageFailed':
    case 'batchFailed':
      return of(deadLetter);
    default:
      return of(called.startsWith('operator_') ? { writeUnits: 1, readUnits: 1 } : {});
  }
};

/** What a run uses before its execution starts: the start message, `dispatch`, the record of the run, its partition. */
export const usageOfStart: Partial<Usage> = {
  queueRequests: 3,
  ...lambda(operatorGb, operatorSeconds),
  writeUnits: writesOfRun + 2,
  readUnits: 2,
};

/** What the look at an Express run uses that comes when its execution can no longer be under way. */
export const usageOfLook: Partial<Usage> = { queueRequests: 3, ...lambda(operatorGb, operatorSeconds), readUnits: 1 };
