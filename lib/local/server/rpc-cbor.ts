// smithy-rpc-v2-cbor, which CloudWatch clients of today speak: the operation is in the path, bodies are CBOR.
import { AwsError, type Service, type Shape } from '../service.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { WireRequest, WireResponse } from './wire.ts';

const HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };

// The services answer in JSON, where a time is a plain number; CloudWatch names all its times like this.
const isTime = (field: string): boolean => /(?:Timestamp|Timestamps|Time|LastModified)$/.test(field);

const readShape = (body: Buffer): Shape => {
  if (body.length === 0) return {};
  const value = decodeCbor(body);
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new SyntaxError('the request body is not a CBOR map');
};

/** An error of this protocol. */
export const cborError = (error: AwsError): WireResponse => ({
  status: error.status,
  headers: { ...HEADERS, 'x-amzn-errortype': error.code },
  body: encodeCbor({ __type: error.code, message: error.message, ...error.fields }, isTime),
});

/** One call of the protocol. */
export const callCbor = async (request: WireRequest, service: Service, operation: string): Promise<WireResponse> => {
  try {
    const output = await service.call(operation, readShape(request.body));
    return { status: 200, headers: HEADERS, body: encodeCbor(output, isTime) };
  } catch (error) {
    if (error instanceof AwsError) return cborError(error);
    if (error instanceof SyntaxError) return cborError(new AwsError('SerializationException', error.message));
    throw error;
  }
};
