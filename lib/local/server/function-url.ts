// Requests to a function's URL, which any HTTP client sends.
import type { Service } from '../service.ts';
import { urlPrefix } from '../services/lambda/function-urls.ts';
import { header, type WireRequest, type WireResponse } from './wire.ts';

export const isOfFunctionUrl = ({ path }: WireRequest): boolean => path.startsWith(urlPrefix);

export const callFunctionUrl = async (request: WireRequest, lambda: Service): Promise<WireResponse> => {
  const [name = '', ...rest] = request.path.slice(urlPrefix.length).split('/');
  const headers = Object.keys(request.headers).map((each) => [each, header(request, each) ?? '']);
  const { Status, Headers, Body } = await lambda.call('AnswerUrl', {
    FunctionName: decodeURIComponent(name),
    Method: request.method,
    Path: `/${rest.join('/')}`,
    Query: request.query.toString(),
    Headers: Object.fromEntries(headers),
    Body: request.body,
    RequestId: request.requestId,
  });
  return { status: Number(Status), headers: Headers as Record<string, string>, body: Body as string | Uint8Array };
};
