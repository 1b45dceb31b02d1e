// `request`: the door for programs that speak HTTP. It checks what is asked for as far as it can be told at once, takes the key of
// the request, and asks for the run on the start queue, as every trigger does.
import {
  type Json,
  keyProblem,
  type PipelineManifest,
  partitionWords,
  requestRunId,
  type StartMessage,
} from '../records/index.ts';
import { canonicalJson } from '../support/canonical-json.ts';
import { sha256 } from '../support/sha256.ts';
import { breach } from './breach.ts';
import { isoTime, type Services } from './services.ts';

/** What Lambda hands over of a signed request to a function's URL, as far as it matters here. Names of headers are in small letters. */
export interface UrlRequest {
  readonly headers: { readonly [name: string]: string | undefined };
  readonly queryStringParameters?: { readonly [name: string]: string | undefined };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: {
    readonly http: { readonly method: string };
    readonly authorizer?: { readonly iam?: { readonly userArn?: string } };
  };
}

export interface UrlAnswer {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** Of which trigger the URL is. */
export interface RequestTrigger {
  readonly pipeline: string;
  readonly trigger: string;
  readonly when?: Extract<StartMessage, { kind: 'request' }>['when'];
}

/** A start message must fit into SQS, with room to spare. */
const mostBytes = 262_144;
const keyForm = /^[\x21-\x7e]{1,200}$/;
/** Of a partition, where a pipeline takes any: it is part of the ledger's keys, which have 1,024 bytes. */
const anyForm = /^\P{Cc}{1,200}$/u;

class Refused extends Error {
  readonly answer: UrlAnswer;
  constructor(status: number, code: string, found: string, expected: string, fix: string) {
    super(`${code} ${found}`);
    this.answer = answerOf(status, { code, found, expected, fix });
  }
}

const answerOf = (statusCode: number, body: Json): UrlAnswer => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...(statusCode === 405 ? { allow: 'POST' } : {}) },
  body: JSON.stringify(body),
});

/**
 * HDL433: a request to a pipeline's URL is no POST, or has no `idempotency-key` of 1 to 200 visible characters. Fix: POST the input
 * with a key that stands for this request alone; sent again with it, it asks for the same run.
 *
 * HDL434: what was sent to a pipeline's URL is not JSON. Fix: send the input as JSON.
 *
 * HDL435: what was sent to a pipeline's URL is too large for a start message. Fix: put the data into S3 and send where it is.
 *
 * HDL436: the `idempotency-key` of a request stands for another input or partition already. Fix: take a new key, or send what was
 * sent first.
 */
export const request = async (event: UrlRequest, trigger: RequestTrigger, services: Services): Promise<UrlAnswer> => {
  try {
    return await take(event, trigger, services);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw error;
  }
};

const take = async (
  event: UrlRequest,
  { pipeline, trigger, when }: RequestTrigger,
  services: Services,
): Promise<UrlAnswer> => {
  const { ledger, manifests, aws, startQueueUrl, now } = services;
  const id = keyOf(event);
  const input = inputOf(event);
  const manifest = await manifests.of(pipeline);
  if (!manifest) throw new Error(`HDL404 there is no pipeline ${pipeline} here. Fix: deploy it`);
  const partition = partitionOf(event.queryStringParameters?.partition, id, manifest);
  const schema = await manifests.inputOf(pipeline);
  const broken = schema === undefined ? undefined : breach(schema, input);
  if (broken !== undefined)
    throw new Refused(
      400,
      'HDL443',
      `the input breaks the contract of ${pipeline}: ${broken}`,
      `JSON that fits ${JSON.stringify(schema)}`,
      'correct the input',
    );
  const by = event.requestContext.authorizer?.iam?.userArn ?? 'nobody known';
  const fingerprint = sha256(canonicalJson({ partition, input }));
  // First, so that of two at once one is refused; sent again, it asks again for the same run.
  const taken = await ledger.requests.take(pipeline, id, { fingerprint, by, at: isoTime(now()) });
  if (taken.fingerprint !== fingerprint)
    throw new Refused(
      422,
      'HDL436',
      `the idempotency-key ${id} was used by ${taken.by} at ${taken.at} for another input or partition`,
      'a new key for a new request',
      'take a new key, or send what was sent first',
    );
  const message: StartMessage = {
    kind: 'request',
    pipeline,
    trigger,
    id,
    partition,
    input,
    by,
    ...(when ? { when } : {}),
  };
  await aws.call('sqs', 'SendMessage', { QueueUrl: startQueueUrl, MessageBody: JSON.stringify(message) });
  return answerOf(202, { pipeline, run: requestRunId(pipeline, partition, id), partition });
};

const keyOf = ({ headers, requestContext: { http } }: UrlRequest): string => {
  const how = "send POST with a header such as 'idempotency-key: order-4711'; the same key asks for the same run";
  if (http.method !== 'POST') throw new Refused(405, 'HDL433', `the method is ${http.method}`, 'POST', how);
  const key = headers['idempotency-key'];
  if (key !== undefined && keyForm.test(key)) return key;
  const found = key === undefined ? 'there is no idempotency-key' : `the idempotency-key is ${JSON.stringify(key)}`;
  throw new Refused(400, 'HDL433', found, 'a header idempotency-key of 1 to 200 visible characters', how);
};

const inputOf = ({ body = '', isBase64Encoded }: UrlRequest): Json => {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > mostBytes)
    throw new Refused(
      413,
      'HDL435',
      `the body has ${bytes.length} bytes`,
      `at most ${mostBytes} bytes`,
      'put the data into S3 and send where it is',
    );
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new Refused(
      400,
      'HDL434',
      bytes.length === 0
        ? 'there is no body'
        : `the body is not JSON: ${error instanceof Error ? error.message : error}`,
      'the input of the run as JSON',
      'send JSON, {} for an empty input',
    );
  }
};

const partitionOf = (asked: string | undefined, id: string, { pipeline, partitions }: PipelineManifest): string => {
  if (!partitions && (!asked || anyForm.test(asked))) return asked || id;
  const problem = !partitions
    ? 'it is too long, or not plain text'
    : asked
      ? keyProblem(partitions, asked)
      : 'no partition was given';
  if (asked && problem === undefined) return asked;
  throw new Refused(
    400,
    'HDL440',
    `${pipeline} cannot start${asked ? ` for ${asked.slice(0, 200)}` : ''}: ${problem}`,
    partitions ? `one of its partitions, ${partitionWords(partitions)}` : 'a name of 1 to 200 characters',
    'name it in the URL: ?partition=…',
  );
};
