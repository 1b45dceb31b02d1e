// Signed requests. aws4fetch makes the signature, with hashes that are made at once: its own are promises of WebCrypto, which took
// a fifth of the time of a call. Its client would hand a Request to fetch, which copies the body through two streams.
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';

const sha256 = (content: string | Uint8Array): string => hash('sha256', content, 'hex');
const hmac = (key: string | Buffer | KeyObject, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** A key for each service that is called. */
const mostKeys = 20;
const keys = new Map<string, KeyObject>();

/** SigV4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
class Signer extends AwsV4Signer {
  override async signature(): Promise<string> {
    const date = this.datetime.slice(0, 8);
    const name = [this.secretAccessKey, date, this.region, this.service].join();
    let key = keys.get(name);
    if (!key) {
      const made = [date, this.region, this.service, 'aws4_request'].reduce<string | Buffer>(
        hmac,
        `AWS4${this.secretAccessKey}`,
      );
      key = createSecretKey(made as Buffer); // after the first text it is one
      if (keys.size >= mostKeys) keys.clear(); // those of yesterday, and of credentials that have ended
      keys.set(name, key);
    }
    return hmac(key, await this.stringToSign()).toString('hex');
  }

  override async stringToSign(): Promise<string> {
    return ['AWS4-HMAC-SHA256', this.datetime, this.credentialString, sha256(await this.canonicalString())].join('\n');
  }

  override async hexBodyHash(): Promise<string> {
    const said = this.headers.get('x-amz-content-sha256');
    return said ?? sha256((this.body ?? '') as string | Uint8Array); // all that we send
  }
}

export interface SigningOptions {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region?: string;
  /** @default 10 */
  readonly retries?: number;
}

export interface SignedRequest {
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
  readonly aws: { readonly service: string; readonly datetime?: string };
}

const firstPauseMs = 50;
const mostLost = 3;
const lostCodes = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** The connection ended before an answer came: mostly one that was kept open, and that the other side had closed meanwhile. */
export const isLost = (error: unknown): boolean => {
  const { cause } = (error ?? {}) as { readonly cause?: { readonly code?: unknown } | null }; // of whatever was thrown
  return lostCodes.has(String(cause?.code));
};

/** 501 is what the local engine says of a call that it does not have: it has it no more the next time. */
const isPassing = (status: number): boolean => (status >= 500 && status !== 501) || status === 429;

export class SigningClient {
  readonly #who: Omit<SigningOptions, 'retries'>;
  readonly #retries: number;

  constructor({ retries = 10, ...who }: SigningOptions) {
    this.#who = who;
    this.#retries = retries;
  }

  sign(url: string, { method = 'GET', headers, body, aws }: SignedRequest): ReturnType<AwsV4Signer['sign']> {
    const what = { method, url, ...(headers ? { headers } : {}), ...(body === undefined ? {} : { body }) };
    return new Signer({ ...this.#who, ...what, ...aws }).sign();
  }

  /**
   * Repeats what was answered with a 5xx or 429, and what was lost with its connection, as the AWS SDK does, and as writes that may be
   * repeated allow: a sandbox of Lambda that was frozen does not know which of its connections have ended.
   */
  async fetch(url: string, request: SignedRequest): Promise<Response> {
    const { body, signal } = request;
    for (let retry = 0; ; retry++) {
      const { url: signed, method, headers } = await this.sign(url, request);
      try {
        const init = { method, headers, ...(body === undefined ? {} : { body }), ...(signal ? { signal } : {}) };
        const response = await fetch(signed, init);
        if (!isPassing(response.status) || retry === this.#retries) return response;
        await response.body?.cancel();
      } catch (error) {
        if (retry >= Math.min(this.#retries, mostLost) || !isLost(error)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * firstPauseMs * 2 ** retry));
    }
  }
}
