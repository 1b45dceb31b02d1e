// The definition that a child of a Distributed Map runs: the map's processor, as AWS was recorded to describe it (radkawar/stackd,
// testdata/aws/stepfunctions/distributed_map.json).
import { isEvent, type LogRecord } from '../../states/history/record.ts';
import { isObject, type Json, type JsonObject } from '../../states/json.ts';

/** The state that started a Map Run, by the log of its execution. */
const stateOf = (log: readonly LogRecord[], mapRun: string): string | undefined => {
  const inside = new Map<number, string>();
  for (const record of log) {
    if (!isEvent(record)) continue;
    const { type, frame, details } = record;
    if (type === 'MapStateEntered') inside.set(frame, String(details?.name));
    else if (type === 'MapRunStarted' && details?.mapRunArn === mapRun) return inside.get(frame);
  }
  return undefined;
};

/** Names are unique in a whole machine. */
const find = (value: Json | undefined, name: string): JsonObject | undefined => {
  if (Array.isArray(value)) return firstIn(value as readonly Json[], name);
  if (!isObject(value)) return undefined;
  const { States } = value;
  const own = isObject(States) ? States[name] : undefined;
  return isObject(own) ? own : firstIn(Object.values(value), name);
};

const firstIn = (values: readonly Json[], name: string): JsonObject | undefined => {
  for (const value of values) {
    const found = find(value, name);
    if (found) return found;
  }
  return undefined;
};

/** The whole definition where the log does not say which state it is. */
export const processorOf = (definition: string, log: readonly LogRecord[], mapRun: string): string => {
  const whole = JSON.parse(definition) as JsonObject; // it was parsed when it was taken
  const name = stateOf(log, mapRun);
  const state = name === undefined ? undefined : find(whole, name);
  const processor = state?.ItemProcessor ?? state?.Iterator;
  if (!isObject(processor)) return definition;
  const { ProcessorConfig: _, ...states } = processor;
  return JSON.stringify(whole.QueryLanguage === undefined ? states : { QueryLanguage: whole.QueryLanguage, ...states });
};
