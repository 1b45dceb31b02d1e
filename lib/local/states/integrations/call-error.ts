// How an error of an AWS API reaches a state: its name and its cause, in the two spellings that Step Functions uses.
import { AwsError } from '../../service.ts';
import { isTooDeep } from '../../too-deep.ts';
import { EvaluationProblem, StateError } from '../errors.ts';

/** Names of a service: in the errors of optimized integrations (SDK v1) and of `aws-sdk:` ones (SDK v2). */
export interface ServiceNames {
  readonly optimized: string;
  readonly sdk: string;
  /** What SDK v1 calls the service in a cause, and its general exception: AmazonSQS, AmazonSQSException. */
  readonly product: string;
}

// Error codes that the SDKs have no class for: they surface as the service's general exception.
const UNMODELLED = new Set([
  'ValidationException',
  'ValidationError',
  'MissingParameter',
  'InvalidParameterValue',
  'InvalidParameterCombination',
  'AccessDenied',
  'AccessDeniedException',
  'ThrottlingException',
  'SerializationException',
  'MalformedXML',
]);

const className = (code: string) => (code.endsWith('Exception') ? code : `${code.replace(/Error$/, '')}Exception`);

/** The name that Catch matches on, e.g. `DynamoDB.ConditionalCheckFailedException`. */
const errorName = (error: AwsError, names: ServiceNames, sdk: boolean): string => {
  const prefix = sdk ? names.sdk : names.optimized;
  if (!UNMODELLED.has(error.code)) return `${prefix}.${className(error.code)}`;
  return `${prefix}.${sdk ? names.sdk : names.product.replace(/v2$/i, '')}Exception`;
};

const causeText = (error: AwsError, names: ServiceNames, sdk: boolean, requestId: string): string => {
  if (!sdk) {
    return `${error.message} (Service: ${names.product}; Status Code: ${error.status}; Error Code: ${error.code}; Request ID: ${requestId}; Proxy: null)`;
  }
  const extended = names.sdk === 'S3' ? `, Extended Request ID: ${requestId}` : '';
  return `${error.message} (Service: ${names.sdk}, Status Code: ${error.status}, Request ID: ${requestId}${extended})`;
};

/** A bug of a service is told where a person sees it; the execution has what it would have of a service of AWS that failed. */
const failureOf = (thrown: unknown): AwsError => {
  process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
  return new AwsError('InternalFailure', thrown instanceof Error ? thrown.message : String(thrown), 500);
};

/**
 * Gives what to throw for something that a service call threw. A bug of the service is an error of the task: one that ended the
 * engine would end it again at each start, as the execution is carried on.
 */
export const callError = (thrown: unknown, names: ServiceNames, sdk: boolean, requestId: string): unknown => {
  const isOfState = thrown instanceof StateError || thrown instanceof EvaluationProblem || isTooDeep(thrown);
  if (isOfState) return thrown;
  const error = thrown instanceof AwsError ? thrown : failureOf(thrown);
  return new StateError(errorName(error, names, sdk), causeText(error, names, sdk, requestId));
};
