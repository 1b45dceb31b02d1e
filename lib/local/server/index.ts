// One HTTP server on this machine that speaks the AWS wire protocols for every service of the engine.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EngineError } from '../engine-error.ts';
import type { Service, ServiceId } from '../service.ts';
import { answerWith } from './answer.ts';
import { type DirectFetch, directFetch } from './direct.ts';
import type { WireRequest, WireResponse } from './wire.ts';

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 512 * 1024 * 1024; // an S3 part in memory; larger uploads come in parts
const LONGEST_BODY_MS = 5 * 60 * 1000; // as long as Node itself waits for a request
const KEEP_ALIVE_MS = 10 * 60 * 1000; // longer than any client keeps an idle socket, so that the client closes first

export interface ServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly services: ReadonlyMap<ServiceId, Service>;
  /** The most that the body of a request may have, in bytes. @default 512 MiB */
  readonly mostBodyBytes?: number;
  /** The longest that a body may take to arrive, in milliseconds. @default 5 minutes */
  readonly longestBodyMs?: number;
}

export interface WireServer {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** For who is in this process. */
  readonly fetch: DirectFetch;
  /** Stops at once: requests in progress (long polls) are cut off. */
  close(): Promise<void>;
}

/**
 * The body, or what is answered to one that is too large or does not come to an end. One that is too large is read on all the same, up to
 * twice what is taken: a client that is cut off as it sends hears no answer.
 */
const readBody = (incoming: IncomingMessage, most: number, longestMs: number): Promise<Buffer | WireResponse> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const over = (answer: Buffer | WireResponse): void => {
      clearTimeout(timer);
      incoming.off('data', onChunk);
      resolve(answer);
    };
    const timer = setTimeout(() => over(tooSlow(longestMs)), longestMs);
    const onChunk = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else chunks.length = 0;
      if (size > 2 * most) over(tooLarge(most));
    };
    incoming.on('data', onChunk);
    incoming.once('end', () => {
      const [only] = chunks;
      if (size > most) over(tooLarge(most));
      else over(chunks.length === 1 && only ? only : Buffer.concat(chunks));
    });
    incoming.once('close', () => {
      clearTimeout(timer);
      reject(new Error('the client has gone away'));
    });
  });

const refusal = (status: number, body: string): WireResponse => ({
  status,
  headers: { 'content-type': 'text/plain', connection: 'close' },
  body,
});

const tooLarge = (most: number): WireResponse =>
  refusal(413, `the local engine takes at most ${most} bytes in one request`);

const tooSlow = (longestMs: number): WireResponse =>
  refusal(408, `the local engine waits at most ${longestMs / 1000} seconds for the body of a request to end`);

const send = (outgoing: ServerResponse, response: WireResponse, requestId: string, isHead: boolean): void => {
  const { body } = response;
  // A HEAD says the length of the body that it does not send.
  const length = isHead ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  outgoing.writeHead(response.status, {
    'x-amzn-requestid': requestId,
    'x-amz-request-id': requestId,
    ...response.headers,
    ...length,
  });
  outgoing.end(isHead ? undefined : body);
};

const toWire = (incoming: IncomingMessage, body: Buffer, requestId: string, gone: AbortSignal): WireRequest => {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers: incoming.headers,
    body,
    requestId,
    gone,
  };
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port); // a TCP server that listens has an AddressInfo
    });
  });

const asEngineError = (error: unknown, port: number): unknown => {
  if (typeof error !== 'object' || error === null || !('code' in error)) return error;
  const found = { EADDRINUSE: `port ${port} is in use`, EACCES: `port ${port} is reserved for the system` }[
    String(error.code)
  ];
  if (found === undefined) return error;
  const fix = 'stop what listens there, or pass another port (0 takes any free one).';
  return new EngineError('HDL502', { found, expected: 'a free port on 127.0.0.1', fix }, { cause: error });
};

/** Starts the server. Throws HDL502 where the port is taken. */
export const startServer = async ({
  port,
  services,
  mostBodyBytes = MAX_BODY_BYTES,
  longestBodyMs = LONGEST_BODY_MS,
}: ServerOptions): Promise<WireServer> => {
  const answer = answerWith(services);
  const server = createServer(async (incoming, outgoing) => {
    const requestId = randomUUID();
    const gone = new AbortController();
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) gone.abort();
    });
    try {
      const body = await readBody(incoming, mostBodyBytes, longestBodyMs);
      const response = Buffer.isBuffer(body) ? await answer(toWire(incoming, body, requestId, gone.signal)) : body;
      if (!outgoing.destroyed) send(outgoing, response, requestId, incoming.method === 'HEAD');
    } catch (error) {
      outgoing.destroy(error instanceof Error ? error : undefined); // the client has gone away
    }
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0; // `readBody` bounds a request, with an answer that says why
  try {
    const endpoint = `http://${HOST}:${await listen(server, port)}`;
    return {
      endpoint,
      fetch: directFetch(endpoint, answer),
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    };
  } catch (error) {
    throw asEngineError(error, port);
  }
};
