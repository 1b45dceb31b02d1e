// The console's server: pages on a loopback port. Only this machine may ask, only pages of ours may act, and what a page may load
// is its own.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { documentOf, doneNotice, icon, lostPage, type Page, style } from '../../console/index.ts';
import { foreignHeader } from '../../support/loopback.ts';
import { describeError } from '../describe-error.ts';
import type { Setting, Target } from '../setting.ts';
import type { Given } from './action.ts';
import { openDesk } from './desk.ts';
import { type Answer, doneName, openActions } from './do.ts';
import { openLive } from './live.ts';
import { addressOf, pageAt } from './pages.ts';
import { portTaken } from './problems.ts';

const host = '127.0.0.1';
/** Of a form, and of an address with what was filled in. */
const mostBytes = 1024 * 1024;
/** Of a form that is too large: so much is read, and dropped, for the browser takes no answer before it has sent all. */
const mostDropped = 64 * mostBytes;

export interface ConsoleOptions {
  readonly target: Target;
  readonly setting: Setting;
  /** 0 takes any free one. */
  readonly port: number;
  /** The option that says it. @default 'port' */
  readonly portOption?: string;
  /** Between two looks of an open page. @default 1000 */
  readonly pauseMs?: number;
}

export interface ConsoleServer {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  close(): Promise<void>;
}

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const files: { readonly [path: string]: { readonly type: string; readonly body: string } } = {
  '/console.css': { type: 'text/css; charset=utf-8', body: style },
  '/console.js': {
    type: 'text/javascript; charset=utf-8',
    body: readFileSync(join(import.meta.dirname, 'browser.mjs'), 'utf8'),
  },
  '/icon.svg': { type: 'image/svg+xml', body: icon },
};

const reply = (response: ServerResponse, status: number, type: string, body: string): void => {
  response.writeHead(status, { ...securityHeaders, 'content-type': type });
  response.end(body);
};

const replyText = (response: ServerResponse, status: number, text: string): void =>
  reply(response, status, 'text/plain; charset=utf-8', `${text}\n`);

/** Undefined for one that is too large. */
const readForm = async (request: IncomingMessage): Promise<Given | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
    if (bytes > mostDropped) break; // ends the connection
  }
  if (bytes > mostBytes) return undefined;
  return Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
};

const tooLarge = `HDL836: what was sent is larger than ${mostBytes.toLocaleString('en-US')} bytes.`;
const tooLargeFix = 'Pass the input in a file: npx heddle start --input @FILE';

/** Opens the console. Throws CliError HDL831 where the port is taken. */
export const openConsole = async ({
  target,
  setting,
  port,
  portOption = 'port',
  pauseMs = 1_000,
}: ConsoleOptions): Promise<ConsoleServer> => {
  const desk = openDesk(target, setting);
  const actions = openActions(desk);
  const live = openLive(pauseMs, (error) => describeError(error).message.split('\n')[0] ?? '');

  const pageOf = async (path: string): Promise<Page> => {
    const address = addressOf(path);
    const [kind, name = ''] = address?.parts ?? [];
    const action = kind === 'do' ? actions.look(name, Object.fromEntries(address?.query ?? [])) : undefined;
    const page = await (action ?? pageAt(desk, address));
    const done = actions.done(address?.query.get(doneName) ?? '');
    return done === undefined ? page : { ...page, regions: [doneNotice(done), ...page.regions] };
  };

  const replyPage = (response: ServerResponse, path: string, page: Page): void => {
    const sought = addressOf(path)?.query.get('q') ?? '';
    reply(
      response,
      page.status ?? 200,
      'text/html; charset=utf-8',
      documentOf(page, { place: target.name, path, sought }),
    );
  };

  const act = async (request: IncomingMessage, path: string): Promise<Answer | undefined> => {
    const [kind, name = ''] = addressOf(path)?.parts ?? [];
    if (kind !== 'do') return undefined;
    const form = await readForm(request);
    return form ? actions.act(name, form) : lostPage('Too large', tooLarge, tooLargeFix, 413);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path = '/', headers } = request;
    const foreign = foreignHeader(headers.host, headers.origin);
    if (foreign !== undefined)
      return replyText(
        response,
        403,
        `HDL830 ${foreign}; expected a request from this machine (localhost or 127.0.0.1). Fix: open the address that the console printed.`,
      );
    if (method === 'POST') {
      const done = await act(request, path);
      if (done && 'location' in done) {
        response.writeHead(303, { ...securityHeaders, location: done.location });
        response.end();
        return undefined;
      }
      return replyPage(response, path, done ?? (await pageOf('/not/there')));
    }
    if (method !== 'GET' && method !== 'HEAD')
      return replyText(response, 405, `HDL834 ${method} is not taken here; expected GET. Fix: open the page.`);
    const file = files[path];
    if (file) return reply(response, 200, file.type, file.body);
    const address = addressOf(path);
    if (address?.parts[0] === 'live') {
      const of = address.query.get('path') ?? '/';
      response.writeHead(200, { ...securityHeaders, 'content-type': 'text/event-stream' });
      response.flushHeaders();
      if (live.follow(response, () => pageOf(of))) return undefined;
      response.end(`event: full\ndata: ${JSON.stringify('HDL837: too many pages are open; close some')}\n\n`);
      return undefined;
    }
    return replyPage(response, path, await pageOf(path));
  };

  // What was filled in for a plan stands in its address.
  const server = createServer({ maxHeaderSize: mostBytes }, (request, response) => {
    answer(request, response).catch((error) => {
      const { message, exit } = describeError(error);
      if (response.headersSent) return response.destroy();
      const [fix, status] = exit === 2 ? ['Go back, and ask for another.', 422] : ['Load the page again.', 500];
      return replyPage(response, '/', lostPage('This did not work', message, fix, status));
    });
  });
  server.on('clientError', ({ code }: NodeJS.ErrnoException, socket) => {
    if (!socket.writable) return socket.destroy();
    const [status, said] =
      code === 'HPE_HEADER_OVERFLOW' ? ['431 Too Large', `${tooLarge} ${tooLargeFix}`] : ['400 Bad Request', ''];
    return socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n\r\n${said}\n`,
    );
  });
  const bound = await listen(server, port, portOption);
  return {
    address: `http://${host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        live.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const listen = (server: ReturnType<typeof createServer>, port: number, option: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(portTaken(port, 'is in use', option));
      else if (error.code === 'EACCES') reject(portTaken(port, 'is reserved for the system', option));
      else reject(error);
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port)); // of TCP
  });
