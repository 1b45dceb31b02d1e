// `arn:aws:states:::aws-sdk:<service>:<action>`: any action of any service that the engine runs.
import { zlib } from '../../late-modules.ts';
import type { EngineContext, Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { isObject, type Json, Payload, timeText, toJson } from '../json.ts';
import { callError } from './call-error.ts';
import type { Integration } from './integration.ts';
import { withPattern } from './pattern.ts';
import type { CalledService } from './services.ts';
import type { Tokens } from './tokens.ts';

const recase = (value: Json, change: (key: string) => string): Json => {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => recase(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [change(key), recase(inner, change)]));
};

const lower = (key: string) => key.charAt(0).toLowerCase() + key.slice(1);
const upper = (key: string) => key.charAt(0).toUpperCase() + key.slice(1);

// Parameters that are text in the API, given as JSON here: AWS serialises them.
const TEXTS = new Set(['Input', 'Output', 'Definition', 'Payload', 'MessageBody', 'Message', 'Body', 'Cause']);

const serialised = (parameters: Json): Shape => {
  if (!isObject(parameters)) return {};
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [
      key,
      TEXTS.has(key) && typeof value !== 'string' && value !== null ? JSON.stringify(value) : value,
    ]),
  );
};

/**
 * What the SDK makes of an upload to S3 (recorded on AWS): the body is always the JSON of what was given, a string with its
 * quotes, and comes with its CRC32.
 */
const upload = (parameters: Shape): Shape => {
  if (parameters.Body === undefined) return parameters;
  const body = Buffer.from(JSON.stringify(parameters.Body));
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(zlib().crc32(body));
  return { ...parameters, Body: body, ChecksumCRC32: sum.toString('base64') };
};

const TIME = /(?:Date|Time|Timestamp|LastModified)s?$/;
const TIME_OF_S3 = /^(?:CreationDate|LastModified)$/;

/** Times as the SDK tells them, of whose objects AWS makes JSON: texts, where most APIs have seconds since the epoch. */
const withTimes = (value: Json, field = ''): Json => {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => withTimes(item, field));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withTimes(inner, key)]));
  if (typeof value === 'number' && TIME.test(field)) return timeText(Math.round(value * 1000));
  return typeof value === 'string' && TIME_OF_S3.test(field) ? value.replace(/\.000Z$/, 'Z') : value;
};

/** Their times are numbers in the SDK too: milliseconds. */
const IN_MILLISECONDS: ReadonlySet<string> = new Set(['cloudwatchlogs', 'sqs']);

export const awsSdk = (
  context: EngineContext,
  tokens: Tokens,
  name: string,
  service: CalledService,
  action: string,
  pattern: string,
): Integration =>
  withPattern(tokens, `aws-sdk:${name}`, action, pattern, async ({ parameters }) => {
    const isUpload = service.id === 's3' && action === 'putObject' && isObject(parameters.value);
    const given = isUpload ? upload(parameters.value as Shape) : serialised(parameters.value);
    const input = service.camelCase ? (recase(given as Json, lower) as Shape) : given;
    try {
      const answer = toJson(await context.service(service.id).call(upper(action), input));
      const told = service.camelCase ? recase(answer, upper) : answer;
      return Payload.of(IN_MILLISECONDS.has(service.id) ? told : withTimes(told));
    } catch (thrown) {
      throw callError(
        thrown,
        service,
        true,
        uuid(() => context.random()),
      );
    }
  });
