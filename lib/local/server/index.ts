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
const KEEP_ALIVE_MS = 10 * 60 * 1000; // longer than any client keeps an idle socket, so that the client closes first

export interface ServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly services: ReadonlyMap<ServiceId, Service>;
  /** The most that the body of a request may have, in bytes. @default 512 MiB */
  readonly mostBodyBytes?: number;
}

export interface WireServer {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** For who is in this process. */
  readonly fetch: DirectFetch;
  /** Stops at once: requests in progress (long polls) are cut off. */
  close(): Promise<void>;
}

/** Undefined where it is larger. That is read to its end all the same: a client that is cut off as it sends hears no answer. */
const readBody = async (incoming: IncomingMessage, most: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > most) chunks.length = 0;
    else chunks.push(chunk);
  }
  if (size > most) return undefined;
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
};

const tooLarge = (most: number): WireResponse => ({
  status: 413,
  headers: { 'content-type': 'text/plain', connection: 'close' },
  body: `the local engine takes at most ${most} bytes in one request`,
});

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
}: ServerOptions): Promise<WireServer> => {
  const answer = answerWith(services);
  const server = createServer(async (incoming, outgoing) => {
    const requestId = randomUUID();
    const gone = new AbortController();
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) gone.abort();
    });
    try {
      const body = await readBody(incoming, mostBodyBytes);
      const response =
        body === undefined ? tooLarge(mostBodyBytes) : await answer(toWire(incoming, body, requestId, gone.signal));
      if (!outgoing.destroyed) send(outgoing, response, requestId, incoming.method === 'HEAD');
    } catch (error) {
      outgoing.destroy(error instanceof Error ? error : undefined); // the client has gone away
    }
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0; // a long poll or a slow Lambda takes as long as it takes
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
