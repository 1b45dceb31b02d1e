import { isJsonPath } from '../../../support/event-path.ts';
import { parseArn } from '../../arn.ts';
import { isShape } from '../../field-reader.ts';
import { AwsError, type Shape } from '../../service.ts';

const DELIVERABLE = ['sqs', 'lambda', 'states', 'sns', 'events', 'logs'];
const CHANGES_INPUT = ['Input', 'InputPath', 'InputTransformer'];
const KNOWN = [...CHANGES_INPUT, 'Id', 'Arn', 'RoleArn', 'RetryPolicy', 'DeadLetterConfig', 'SqsParameters'];

/** A rule's target, as PutTargets gets it. */
export type Target = {
  readonly Id: string;
  readonly Arn: string;
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: { readonly [name: string]: string };
    readonly InputTemplate: string;
  };
  readonly RetryPolicy?: { readonly MaximumRetryAttempts?: number; readonly MaximumEventAgeInSeconds?: number };
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly SqsParameters?: { readonly MessageGroupId?: string };
};

const invalid = (reason: string): AwsError => new AwsError('ValidationException', reason);

const checkTransformer = (transformer: unknown): void => {
  if (transformer === undefined) return;
  if (!isShape(transformer) || typeof transformer.InputTemplate !== 'string')
    throw invalid('Parameter InputTransformer is not valid. Reason: InputTemplate is required.');
  for (const path of Object.values(isShape(transformer.InputPathsMap) ? transformer.InputPathsMap : {}))
    if (typeof path !== 'string' || !isJsonPath(path)) throw invalid(`Invalid JSON path ${String(path)}`);
};

const isJson = (text: unknown): boolean => {
  try {
    return typeof text === 'string' && JSON.parse(text) !== undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
};

/** Checks a target. Throws ValidationException, or NotImplemented for a kind of target that the engine does not run. */
export const checkTarget = (target: Shape): Target => {
  const { Id, Arn, Input, InputPath, InputTransformer } = target;
  if (typeof Id !== 'string' || typeof Arn !== 'string') throw invalid('A target needs an Id and an Arn');
  const service = parseArn(Arn)?.service;
  if (service === undefined)
    throw invalid(`Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`);
  const unknown = Object.keys(target).filter((field) => !KNOWN.includes(field));
  if (!DELIVERABLE.includes(service) || unknown.length > 0)
    throw new AwsError(
      'NotImplemented',
      `HDL501 the local engine does not implement eventbridge targets with ${unknown.join(', ') || `the service ${service}`} (${Arn})`,
      501,
    );
  if (CHANGES_INPUT.filter((field) => target[field] !== undefined).length > 1)
    throw invalid('Only one of Input, InputPath, or InputTransformer must be provided');
  if (Input !== undefined && !isJson(Input)) throw invalid(`JSON syntax error in input for target ${Id}`);
  const isFifo = service === 'sqs' && Arn.endsWith('.fifo');
  if (isFifo && (!isShape(target.SqsParameters) || typeof target.SqsParameters.MessageGroupId !== 'string'))
    throw invalid(`Parameter(s) SqsParameters must be specified for target: ${Id}.`);
  if (InputPath !== undefined && !(typeof InputPath === 'string' && isJsonPath(InputPath)))
    throw invalid(`Invalid JSON path ${String(InputPath)}`);
  checkTransformer(InputTransformer);
  return { ...target, Id, Arn } as Target; // the rest was checked above, or is only passed on
};
