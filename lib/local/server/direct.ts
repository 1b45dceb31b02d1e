// Requests of this process to its own server, without the socket between.
import { randomUUID } from 'node:crypto';
import type { WireRequest, WireResponse } from './wire.ts';

/** As `fetch` of a function in this process, for the engine's own endpoint; undefined for what only a socket can carry. */
export type DirectFetch = (url: string, init: RequestInit) => Promise<Response> | undefined;

const bytesOf = (body: RequestInit['body']): Buffer | undefined => {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? Buffer.from(body) : undefined;
};

/** Statuses whose answers have no body. */
const bodiless: readonly number[] = [204, 205, 304];

const asResponse = ({ status, headers, body }: WireResponse, { method, requestId }: WireRequest): Response => {
  const told = { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId, ...headers };
  const isEmpty = method === 'HEAD' || bodiless.includes(status);
  return new Response(isEmpty ? null : typeof body === 'string' ? body : Buffer.from(body), { status, headers: told });
};

const untilAborted = <Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> => {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  return Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', abort));
};

export const directFetch =
  (endpoint: string, answer: (request: WireRequest) => Promise<WireResponse>): DirectFetch =>
  (url, { method = 'GET', headers, body: given, signal }) => {
    const body = url.startsWith(`${endpoint}/`) ? bytesOf(given) : undefined;
    if (body === undefined || signal?.aborted) return undefined;
    const { pathname, searchParams, host } = new URL(url);
    const request: WireRequest = {
      method,
      path: pathname,
      query: searchParams,
      headers: { ...Object.fromEntries(new Headers(headers)), host, 'content-length': String(body.length) },
      body,
      requestId: randomUUID(),
      held: true,
    };
    const work = answer(request).then((response) => asResponse(response, request));
    return signal ? untilAborted(work, signal) : work;
  };
