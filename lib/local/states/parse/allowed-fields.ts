// Which fields a state may have, by its type and query language. AWS refuses all others.
import type { QueryLanguage } from './machine.ts';

const EVERY = ['Type', 'Comment', 'QueryLanguage'];
const PATHS = ['InputPath', 'OutputPath'];
const GOES_ON = ['Next', 'End', 'Assign'];
const GUARDED = ['Retry', 'Catch'];
const TIMES = ['TimeoutSeconds', 'HeartbeatSeconds'];
const RESULT = ['Parameters', 'ResultSelector', 'ResultPath'];
const MAP = [
  'ItemProcessor',
  'Iterator',
  'MaxConcurrency',
  'ItemSelector',
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'Label',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
];

const shared: Readonly<Record<string, readonly string[]>> = {
  Task: [...GOES_ON, ...GUARDED, ...TIMES, 'Resource', 'Credentials'],
  Pass: GOES_ON,
  Choice: ['Choices', 'Default', 'Assign'],
  Wait: [...GOES_ON, 'Seconds', 'Timestamp'],
  Succeed: [],
  Fail: ['Error', 'Cause'],
  Parallel: [...GOES_ON, ...GUARDED, 'Branches'],
  Map: [...GOES_ON, ...GUARDED, ...MAP],
};

const jsonPath: Readonly<Record<string, readonly string[]>> = {
  Task: [...PATHS, ...RESULT, 'TimeoutSecondsPath', 'HeartbeatSecondsPath'],
  Pass: [...PATHS, 'Parameters', 'Result', 'ResultPath'],
  Choice: PATHS,
  Wait: [...PATHS, 'SecondsPath', 'TimestampPath'],
  Succeed: PATHS,
  Fail: ['ErrorPath', 'CausePath'],
  Parallel: [...PATHS, ...RESULT],
  Map: [
    ...PATHS,
    ...RESULT,
    'ItemsPath',
    'MaxConcurrencyPath',
    'ToleratedFailureCountPath',
    'ToleratedFailurePercentagePath',
  ],
};

const jsonata: Readonly<Record<string, readonly string[]>> = {
  Task: ['Arguments', 'Output'],
  Pass: ['Output'],
  Choice: ['Output'],
  Wait: ['Output'],
  Succeed: ['Output'],
  Fail: [],
  Parallel: ['Arguments', 'Output'],
  Map: ['Items', 'Output'],
};

/** Undefined for a type that does not exist. */
export const allowedFields = (type: string, language: QueryLanguage): readonly string[] | undefined => {
  const own = Object.hasOwn(shared, type) ? shared[type] : undefined;
  if (own === undefined) return undefined;
  return [...EVERY, ...own, ...((language === 'JSONata' ? jsonata : jsonPath)[type] ?? [])];
};
