// A message that a person mended, looked at before it is sent: what its queue would refuse is told here.
import {
  type Json,
  type LostStart,
  manifestName,
  type QueueManifest,
  queueManifest,
  readEvent,
  replayMessageOf,
  startMessageProblem,
} from '../../records/index.ts';
import { AwsCallError } from '../../support/aws-call.ts';
import { inputBreach } from '../run-input.ts';
import type { Setting, Target } from '../setting.ts';

/** Which queue it is for: the start queue, a pipeline's replay queue, or one of the user's. */
export type MendedFor = 'start' | 'replay' | 'user';

/** Why a mended message cannot be sent; undefined where it can. */
export const mendedProblem = async (
  target: Target,
  lost: LostStart,
  mended: string,
  of: MendedFor,
  setting: Setting,
): Promise<string | undefined> => {
  const value = parsed(mended);
  if (value === undefined) return '--message is not JSON';
  switch (of) {
    case 'replay':
      return replayMessageOf(mended) ? undefined : '--message is not { "pipeline", "run", "stage" }';
    case 'user':
      return userProblem(target, lost, value, setting);
    case 'start': {
      // An event that was not delivered: its rule makes the message of it.
      if (lost.attributes.RULE_ARN !== undefined && typeof value === 'object' && value && 'detail-type' in value)
        return undefined;
      const problem = startMessageProblem(value);
      if (problem !== undefined) return `--message is no start message: ${problem}`;
      const { kind, pipeline, input } = value as { readonly [field: string]: Json }; // its form was looked at
      return kind === 'manual' || kind === 'request'
        ? inputProblem(String(pipeline), input ?? null, setting)
        : undefined;
    }
  }
};

/** What its trigger makes of it is to be an input that the pipeline takes. */
const userProblem = async (
  { aws, manifest: { orchestrator } }: Target,
  { queue = '', messageId = '', lastAt }: LostStart,
  detail: Json,
  setting: Setting,
): Promise<string | undefined> => {
  let found: QueueManifest;
  try {
    const { Parameter } = await aws.call('ssm', 'GetParameter', {
      Name: manifestName(orchestrator, queueManifest(queue)),
    });
    found = JSON.parse((Parameter as { readonly Value: string }).Value);
  } catch (error) {
    if (error instanceof AwsCallError && error.code === 'ParameterNotFound')
      return `no trigger takes from the queue ${queue}`;
    throw error;
  }
  // Of a batch it is a part of the input only.
  if (found.batch) return undefined;
  const event = { id: messageId, time: lastAt, source: queue, detailType: '', detail };
  return inputProblem(found.pipeline, readEvent(found.reading.input, event), setting);
};

/** By the contract of this app, where it has the pipeline. */
const inputProblem = async (name: string, input: Json, setting: Setting): Promise<string | undefined> => {
  const pipeline = (await setting.loadPipelines()).find((one) => one.name === name);
  const breach = pipeline && (await inputBreach(pipeline, input));
  return breach === undefined ? undefined : `--message breaks the contract of ${name}: ${breach}`;
};

const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // which is told
  }
};
