// Tokens of pages: an action is done for a page of this console only. Another page of the browser can send a form here, but cannot
// read a page of ours, so it has no token.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Tokens {
  /** A token for a page that is sent now. */
  issue(): string;
  /** Whether a token is of this console, and not a day old. */
  accepts(token: string | undefined): boolean;
}

const longestMs = 24 * 3_600_000;

export const openTokens = (now: () => number): Tokens => {
  const secret = randomBytes(32);
  const sealOf = (text: string): Buffer => createHmac('sha256', secret).update(text).digest();
  return {
    issue: () => {
      const text = `${now()}.${randomBytes(9).toString('base64url')}`;
      return `${text}.${sealOf(text).toString('base64url')}`;
    },
    accepts: (token = '') => {
      const end = token.lastIndexOf('.');
      const text = token.slice(0, Math.max(0, end));
      const seal = Buffer.from(token.slice(end + 1), 'base64url');
      const own = sealOf(text);
      return seal.length === own.length && timingSafeEqual(seal, own) && now() - Number(text.split('.')[0]) < longestMs;
    },
  };
};
