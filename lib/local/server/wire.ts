// An HTTP exchange as the protocols see it, free of node:http.
import type { IncomingHttpHeaders } from 'node:http';

export interface WireRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Also sent back as `x-amzn-requestid`. */
  readonly requestId: string;
  /** Tells that the client has gone before it had its answer. */
  readonly gone?: AbortSignal;
  /** Sent by a function in this process: while it waits for the answer, virtual time stands still. */
  readonly held?: true;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** A header as one text; a repeated header gives its first value. */
export const header = (request: WireRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};
