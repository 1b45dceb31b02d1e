// S3's own protocol: REST with XML documents, bucket in the path or in the host name.
import { AwsError, type Service } from '../service.ts';
import { s3Call } from './s3-request.ts';
import { s3Error, s3Response } from './s3-response.ts';
import type { WireRequest, WireResponse } from './wire.ts';

/** One call of S3. */
export const callS3 = async (request: WireRequest, service: Service): Promise<WireResponse> => {
  try {
    const { operation, input } = s3Call(request);
    return s3Response(operation, await service.call(operation, input));
  } catch (error) {
    if (error instanceof AwsError) return s3Error(error, request);
    throw error;
  }
};
