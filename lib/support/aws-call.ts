// Signed calls of AWS APIs from inside a Lambda. aws4fetch signs (SigV4) and retries 5xx and 429; the AWS SDK would add
// 475 KB and 70 ms to every cold start (measured: client-dynamodb + client-s3, against 8 KB and 3 ms).
import { SigningClient } from './signing-client.ts';

/** An error that an AWS API answered with: `code` is its name, less the namespace. */
export class AwsCallError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(service: string, code: string, message: string, status: number) {
    super(`${service}: ${code}: ${message}`);
    this.name = 'AwsCallError';
    this.code = code;
    this.status = status;
  }
}

/** A Lambda function that was called and threw. */
export class LambdaFailedError extends Error {
  override readonly name = 'LambdaFailedError';

  constructor(functionName: string, payload: string) {
    super(`the function ${functionName} failed: ${payload.slice(0, 1_000)}`);
  }
}

export interface AwsSettings {
  readonly region: string;
  /** One endpoint for every service, such as the local engine's; AWS's own when absent. */
  readonly endpoint?: string | undefined;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** The JSON-protocol services that Heddle calls, with the prefix and version of their protocol. */
const targets = {
  dynamodb: { prefix: 'DynamoDB_20120810', version: '1.0' },
  sqs: { prefix: 'AmazonSQS', version: '1.0' },
  states: { prefix: 'AWSStepFunctions', version: '1.0' },
  events: { prefix: 'AWSEvents', version: '1.1' },
  ssm: { prefix: 'AmazonSSM', version: '1.1' },
  logs: { prefix: 'Logs_20140328', version: '1.1' },
  servicequotas: { prefix: 'ServiceQuotasV20190624', version: '1.1' },
  monitoring: { prefix: 'GraniteServiceVersion20100801', version: '1.0' }, // CloudWatch
} as const;

export type JsonService = keyof typeof targets;

const throttles = /Throttl|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|SlowDown/;
/** True for an error that says that there were too many calls, and nothing of the call itself. */
export const isThrottle = (error: unknown): boolean =>
  error instanceof AwsCallError && (throttles.test(error.code) || error.code === 'ExecutionLimitExceeded');

const mostTries = 6;
const callTimeoutMs = 30_000;
/** Whoever waits for it has a run to end. */
const stopTimeoutMs = 5_000;

export interface Aws {
  /**
   * One call of a JSON-protocol API. Retries throttling for about ten seconds; `once`: sends it a single time, so that an answer
   * is an answer to that. Throws AwsCallError.
   */
  call(
    service: JsonService,
    operation: string,
    input: object,
    options?: { readonly once?: true },
  ): Promise<{ readonly [field: string]: unknown }>;
  /** The ARN that calls are made as. Throws AwsCallError. */
  whoAmI(): Promise<string>;
  /** The environment variables of a Lambda function; undefined where there is no such function. Throws AwsCallError. */
  environmentOf(functionName: string): Promise<{ readonly [name: string]: string } | undefined>;
  /** Calls a Lambda function and gives what it answers. Throws LambdaFailedError where the function did, AwsCallError. */
  invoke(functionName: string, event: object): Promise<unknown>;
  /** Tells a batch inference job of Bedrock to stop. Throws AwsCallError: `ConflictException` where it has ended. */
  stopInference(jobArn: string): Promise<void>;
  /** One S3 request for an object; with an empty key, for the bucket. The caller reads the status. */
  object(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    bucket: string,
    key: string,
    options?: ObjectOptions,
  ): Promise<Response>;
}

export interface ObjectOptions {
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: { readonly [name: string]: string };
  readonly query?: { readonly [name: string]: string };
  /** @default 30 seconds */
  readonly timeoutMs?: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const domain = (region: string): string => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com');

export const connect = (settings: AwsSettings): Aws => {
  const { region, endpoint, accessKeyId, secretAccessKey, sessionToken } = settings;
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}), region };
  const client = new SigningClient(credentials);
  const single = new SigningClient({ ...credentials, retries: 0 });
  const base = (service: string): string => endpoint ?? `https://${service}.${region}.${domain(region)}`;
  const objectUrl = (bucket: string, key: string): string => {
    const path = key.split('/').map(encodeURIComponent).join('/');
    return endpoint ? `${endpoint}/${bucket}/${path}` : `https://${bucket}.s3.${region}.${domain(region)}/${path}`;
  };

  return {
    call: async (service, operation, input, { once = false } = {}) => {
      const { prefix, version } = targets[service];
      for (let attempt = 1; ; attempt++) {
        const response = await (once ? single : client).fetch(`${base(service)}/`, {
          method: 'POST',
          headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': `${prefix}.${operation}` },
          body: JSON.stringify(input),
          signal: AbortSignal.timeout(callTimeoutMs),
          aws: { service },
        });
        const text = await response.text();
        if (response.ok) return text === '' ? {} : parsed(service, text, response.status);
        const error = readError(service, text, response.status);
        if (once || !throttles.test(error.code) || attempt === mostTries) throw error;
        await pause(Math.random() * 100 * 2 ** attempt); // full jitter
      }
    },
    whoAmI: async () => {
      const response = await client.fetch(`${base('sts')}/`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Action=GetCallerIdentity&Version=2011-06-15',
        signal: AbortSignal.timeout(callTimeoutMs),
        aws: { service: 'sts' },
      });
      const text = await response.text();
      const [, arn] = /<Arn>([^<]+)<\/Arn>/.exec(text) ?? [];
      if (response.ok && arn !== undefined) return arn;
      const [, code = String(response.status)] = /<Code>([^<]+)<\/Code>/.exec(text) ?? [];
      const [, message = text.slice(0, 200)] = /<Message>([^<]+)<\/Message>/.exec(text) ?? [];
      throw new AwsCallError('sts', code, message, response.status);
    },
    environmentOf: async (functionName) => {
      const path = `2015-03-31/functions/${encodeURIComponent(functionName)}/configuration`;
      const signal = AbortSignal.timeout(callTimeoutMs);
      const response = await client.fetch(`${base('lambda')}/${path}`, { signal, aws: { service: 'lambda' } });
      const text = await response.text();
      if (response.status === 404) return undefined;
      if (!response.ok) throw readError('lambda', text, response.status);
      return JSON.parse(text).Environment?.Variables ?? {};
    },
    invoke: async (functionName, event) => {
      const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
      const response = await client.fetch(`${base('lambda')}${path}`, {
        method: 'POST',
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(callTimeoutMs),
        aws: { service: 'lambda' },
      });
      const text = await response.text();
      if (!response.ok) throw readError('lambda', text, response.status);
      if (response.headers.has('x-amz-function-error')) throw new LambdaFailedError(functionName, text);
      return text === '' ? undefined : JSON.parse(text);
    },
    stopInference: async (jobArn) => {
      const response = await client.fetch(
        `${base('bedrock')}/model-invocation-job/${encodeURIComponent(jobArn)}/stop`,
        {
          method: 'POST',
          signal: AbortSignal.timeout(stopTimeoutMs),
          aws: { service: 'bedrock' },
        },
      );
      const text = await response.text();
      if (!response.ok) throw readError('bedrock', text, response.status, response.headers.get('x-amzn-errortype'));
    },
    object: (method, bucket, key, { body, headers, query, timeoutMs = callTimeoutMs } = {}) =>
      client.fetch(`${objectUrl(bucket, key)}${query ? `?${new URLSearchParams(query)}` : ''}`, {
        method,
        ...(headers ? { headers: { ...headers } } : {}),
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(timeoutMs),
        aws: { service: 's3' },
      }),
  };
};

/** Throws AwsCallError for what is no JSON, as what a proxy says in place of AWS. */
const parsed = (service: string, text: string, status: number): { readonly [field: string]: unknown } => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AwsCallError(service, 'NoJson', `the answer is not one of AWS: ${text.slice(0, 200)}`, status);
  }
};

/** `named`: REST APIs say in a header what the error is, `ConflictException:http://…`. */
const readError = (service: string, text: string, status: number, named: string | null = null): AwsCallError => {
  try {
    const { __type: type = named?.split(':')[0], message, Message } = JSON.parse(text);
    return new AwsCallError(
      service,
      String(type ?? status)
        .split('#')
        .at(-1) ?? '',
      String(message ?? Message ?? ''),
      status,
    );
  } catch {
    return new AwsCallError(service, String(status), text.slice(0, 200), status);
  }
};
