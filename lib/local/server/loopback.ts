// Only this machine may talk to the engine: a page in a browser must not reach it through a foreign name or origin.
import { EngineError } from '../engine-error.ts';
import { header, type WireRequest } from './wire.ts';

const LOOPBACK = /^(?:.+\.)?localhost$|^(?:sync-)?127(?:\.\d{1,3}){3}$|^\[::1\]$|^sync-localhost$/i;

const isLoopbackUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && LOOPBACK.test(url.hostname);
};

const refusal = (what: string): EngineError =>
  new EngineError('HDL506', {
    found: what,
    expected: 'a request from this machine (localhost or 127.0.0.1)',
    fix: 'use the endpoint that the engine printed.',
  });

/** Why the request is refused, or undefined where it comes from this machine by its own name. */
export const foreignness = (request: WireRequest): EngineError | undefined => {
  const host = header(request, 'host');
  if (host === undefined || !isLoopbackUrl(`http://${host}`)) return refusal(`Host header ${host ?? '(none)'}`);
  const origin = header(request, 'origin');
  if (origin !== undefined && !isLoopbackUrl(origin)) return refusal(`Origin header ${origin}`);
  return undefined;
};
