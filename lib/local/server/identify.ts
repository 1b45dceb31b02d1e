// Which service a request is for: from its target header, else from the scope of its signature.
import type { ServiceId } from '../service.ts';
import { header, type WireRequest } from './wire.ts';

const BY_TARGET: Readonly<Record<string, ServiceId>> = {
  DynamoDB_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
  AWSStepFunctions: 'sfn',
  AWSEvents: 'eventbridge',
  AmazonSSM: 'ssm',
  Logs_20140328: 'cloudwatchlogs',
  GraniteServiceVersion20100801: 'cloudwatch',
};

const BY_SCOPE: Readonly<Record<string, ServiceId>> = {
  dynamodb: 'dynamodb',
  s3: 's3',
  sqs: 'sqs',
  sns: 'sns',
  events: 'eventbridge',
  scheduler: 'scheduler',
  states: 'sfn',
  lambda: 'lambda',
  monitoring: 'cloudwatch',
  logs: 'cloudwatchlogs',
  ssm: 'ssm',
  sts: 'sts',
};

const idOf = (table: Readonly<Record<string, ServiceId>>, name: string): ServiceId | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** A service as the request names it: `id` is undefined where the engine has no such service. */
export interface Addressee {
  readonly id: ServiceId | undefined;
  /** As the request spelt it, for messages. */
  readonly name: string;
  /** The operation, where the request's target header names it. */
  readonly operation: string | undefined;
}

const scopeOf = (request: WireRequest): string | undefined => {
  const signed = /Credential=([^,\s]+)/.exec(header(request, 'authorization') ?? '')?.[1];
  const credential = signed ?? request.query.get('X-Amz-Credential') ?? undefined;
  return credential?.split('/')[3]; // key id / date / region / service / aws4_request
};

/** Signatures of the older kind, which name no service: S3 alone takes them, and what AWS CLI 1 presigns has one. */
const isOfS3 = (request: WireRequest): boolean =>
  request.query.has('AWSAccessKeyId') || header(request, 'authorization')?.startsWith('AWS ') === true;

/** The service that a request addresses, or undefined where nothing in it says. */
export const identify = (request: WireRequest): Addressee | undefined => {
  const target = header(request, 'x-amz-target');
  if (target !== undefined) {
    const [, name = '', operation = ''] = /^(.*?)(?:\.([^.]*))?$/.exec(target) ?? [];
    return { id: idOf(BY_TARGET, name), name, operation };
  }
  const rpc = /^\/service\/([^/]+)\/operation\/([^/]+)$/.exec(request.path);
  if (rpc?.[1] !== undefined) return { id: idOf(BY_TARGET, rpc[1]), name: rpc[1], operation: rpc[2] };
  const scope = scopeOf(request) ?? (isOfS3(request) ? 's3' : undefined);
  return scope === undefined ? undefined : { id: idOf(BY_SCOPE, scope), name: scope, operation: undefined };
};
