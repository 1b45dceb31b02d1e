// Only this machine may talk to a server of ours: a page in a browser must not reach it through a foreign name or origin.
const LOOPBACK = /^(?:.+\.)?localhost$|^(?:sync-)?127(?:\.\d{1,3}){3}$|^\[::1\]$|^sync-localhost$/i;

/** Whether a URL is one of this machine. */
export const isLoopbackUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && LOOPBACK.test(url.hostname);
};

/** What of a request shows that it does not come from this machine by its own name: `Host header evil.example`. Undefined where none does. */
export const foreignHeader = (host: string | undefined, origin: string | undefined): string | undefined => {
  if (host === undefined || !isLoopbackUrl(`http://${host}`)) return `Host header ${host ?? '(none)'}`;
  if (origin !== undefined && !isLoopbackUrl(origin)) return `Origin header ${origin}`;
  return undefined;
};
