// aws4fetch, with hashes that are made at once: its own are promises of WebCrypto, which took a fifth of the time of a call.
import { createHash, createHmac } from 'node:crypto';
import { AwsClient, AwsV4Signer } from 'aws4fetch';

const hash = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** A key for each service that is called. */
const mostKeys = 20;
const keys = new Map<string, Buffer>();

/** SigV4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
class Signer extends AwsV4Signer {
  override async signature(): Promise<string> {
    const date = this.datetime.slice(0, 8);
    const name = [this.secretAccessKey, date, this.region, this.service].join();
    let key = keys.get(name);
    if (!key) {
      key = [date, this.region, this.service, 'aws4_request'].reduce<string | Buffer>(
        hmac,
        `AWS4${this.secretAccessKey}`,
      ) as Buffer;
      if (keys.size >= mostKeys) keys.clear(); // those of yesterday, and of credentials that have ended
      keys.set(name, key);
    }
    return hmac(key, await this.stringToSign()).toString('hex');
  }

  override async stringToSign(): Promise<string> {
    return ['AWS4-HMAC-SHA256', this.datetime, this.credentialString, hash(await this.canonicalString())].join('\n');
  }

  override async hexBodyHash(): Promise<string> {
    const said = this.headers.get('x-amz-content-sha256');
    return said ?? hash((this.body ?? '') as string | Uint8Array); // all that we send
  }
}

const mostLost = 3;
const lostCodes = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** The connection ended before an answer came: mostly one that was kept open, and that the other side had closed meanwhile. */
const isLost = (error: unknown): boolean => {
  const { cause } = (error ?? {}) as { readonly cause?: { readonly code?: unknown } | null }; // of whatever was thrown
  return lostCodes.has(String(cause?.code));
};

export class SigningClient extends AwsClient {
  /**
   * Sends again what was lost with its connection, as the AWS SDK does, and as writes that may be repeated allow. A sandbox of
   * Lambda that was frozen does not know which of its connections have ended. Not where `retries` is 0.
   */
  override async fetch(...given: Parameters<AwsClient['fetch']>): Promise<Response> {
    for (let sending = 1; ; sending++) {
      try {
        return await super.fetch(...given);
      } catch (error) {
        if (this.retries === 0 || sending > mostLost || !isLost(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * sending)); // time to see which have ended
      }
    }
  }

  override async sign(...[input, init]: Parameters<AwsClient['sign']>): Promise<Request> {
    const { aws, ...request } = init ?? {};
    const { method = 'GET', headers, body } = request;
    const { accessKeyId, secretAccessKey, sessionToken, region } = this;
    const who = {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken ? { sessionToken } : {}),
      ...(region ? { region } : {}),
    };
    const what = {
      method,
      url: String(input),
      ...(headers ? { headers } : {}),
      ...(body === undefined ? {} : { body }),
    };
    const signed = await new Signer({ ...who, ...what, ...aws }).sign();
    return new Request(signed.url, { ...request, method, headers: signed.headers });
  }
}
