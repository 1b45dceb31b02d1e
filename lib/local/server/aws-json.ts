// AWS JSON 1.0 and 1.1: the operation is in X-Amz-Target, input and output are the body.
import { AwsError, type Service, type Shape } from '../service.ts';
import { header, type WireRequest, type WireResponse } from './wire.ts';

// Clients made before SQS spoke JSON match on these codes, which AWS still sends beside the new names.
const SQS_QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueDeletedRecently: 'AWS.SimpleQueueService.QueueDeletedRecently',
  QueueNameExists: 'QueueAlreadyExists',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  PurgeQueueInProgress: 'AWS.SimpleQueueService.PurgeQueueInProgress',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
  ReceiptHandleIsInvalid: 'ReceiptHandleIsInvalid',
};

const utf8 = new TextDecoder();

/** Reads a JSON object; an empty body is `{}`. */
export const parseShape = (body: Uint8Array): Shape => {
  const text = utf8.decode(body);
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw new AwsError('SerializationException', error instanceof Error ? error.message : String(error));
  }
  throw new AwsError('SerializationException', 'the request body is not a JSON object');
};

const contentType = (request: WireRequest): string => header(request, 'content-type') ?? 'application/x-amz-json-1.0';

/** An error in the shape of the JSON protocols. `serviceId` adds what only that service sends. */
export const jsonError = (error: AwsError, type = 'application/x-amz-json-1.0', serviceId?: string): WireResponse => {
  const legacy = serviceId === 'sqs' ? (SQS_QUERY_CODES[error.code] ?? error.code) : undefined;
  const fault = error.status < 500 ? 'Sender' : 'Receiver';
  return {
    status: error.status,
    headers: {
      'content-type': type,
      'x-amzn-errortype': error.code,
      ...(legacy !== undefined && { 'x-amzn-query-error': `${legacy};${fault}` }),
    },
    body: JSON.stringify({ __type: error.code, message: error.message, ...error.fields }),
  };
};

/** One call of the JSON protocols. */
export const callJson = async (request: WireRequest, service: Service, operation: string): Promise<WireResponse> => {
  try {
    const output = await service.call(operation, parseShape(request.body), request.gone, request.held);
    return { status: 200, headers: { 'content-type': contentType(request) }, body: JSON.stringify(output) };
  } catch (error) {
    if (error instanceof AwsError) return jsonError(error, contentType(request), service.id);
    throw error;
  }
};
