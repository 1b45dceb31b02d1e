// From a request to its answer: who is asked, in which protocol, and what is said when the engine cannot.
import { foreignHeader } from '../../support/loopback.ts';
import { EngineError } from '../engine-error.ts';
import { AwsError, notImplemented, type Service, type ServiceId } from '../service.ts';
import { isTooDeep } from '../too-deep.ts';
import { callJson, jsonError } from './aws-json.ts';
import { callQuery, queryError } from './aws-query.ts';
import { callFunctionUrl, isOfFunctionUrl } from './function-url.ts';
import { type Addressee, identify } from './identify.ts';
import { callRest } from './rest-json.ts';
import { callCbor, cborError } from './rpc-cbor.ts';
import { s3Error } from './s3-response.ts';
import { callS3 } from './s3-rest.ts';
import { unpacked } from './unpacked.ts';
import { header, type WireRequest, type WireResponse } from './wire.ts';

type Protocol = 'json' | 'cbor' | 'query' | 's3' | 'rest';

const protocolOf = (request: WireRequest, { id }: Addressee): Protocol => {
  if (header(request, 'x-amz-target') !== undefined) return 'json';
  if (header(request, 'smithy-protocol') === 'rpc-v2-cbor') return 'cbor';
  if (id === 's3') return 's3';
  const isForm = header(request, 'content-type')?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm || request.query.has('Action') ? 'query' : 'rest';
};

const refuse = (error: AwsError, protocol: Protocol, request: WireRequest): WireResponse => {
  if (protocol === 'cbor') return cborError(error);
  if (protocol === 'query') return queryError(error, request.requestId);
  if (protocol === 's3') return s3Error(error, request);
  return jsonError(error);
};

const call = async (
  request: WireRequest,
  service: Service,
  protocol: Protocol,
  operation: string,
): Promise<WireResponse> => {
  if (protocol === 's3') return callS3(request, service); // the Content-Encoding is that of the object
  const plain = unpacked(request);
  if (protocol === 'cbor') return callCbor(plain, service, operation);
  if (protocol === 'query') return callQuery(plain, service);
  return protocol === 'json' ? callJson(plain, service, operation) : callRest(plain, service);
};

const asAwsError = (error: unknown): AwsError => {
  if (error instanceof AwsError) return error;
  if (isTooDeep(error)) return new AwsError('SerializationException', 'what the request carries is nested too deeply');
  if (error instanceof URIError) return new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  return new AwsError('InternalFailure', error instanceof Error ? error.message : String(error), 500);
};

// Of a form, for messages.
const actionOf = (request: WireRequest): string | undefined =>
  /(?:^|&)Action=(\w+)/.exec(request.body.toString('latin1', 0, 4096))?.[1];

const unaddressed = (request: WireRequest): AwsError =>
  new AwsError(
    'MissingAuthenticationToken',
    `HDL507 nothing in ${request.method} ${request.path} says which AWS service it is for; expected an X-Amz-Target ` +
      'header or a signed request. Fix: use an AWS SDK or the AWS CLI with any credentials.',
    403,
  );

/** What a page of another site has its browser send without an Origin, as for an image. To follow a link to a function's URL is nobody's attack. */
const crossSite = (request: WireRequest): string | undefined => {
  const site = header(request, 'sec-fetch-site');
  if (site !== 'cross-site' || header(request, 'origin') !== undefined) return undefined;
  const isLink = header(request, 'sec-fetch-dest') === 'document';
  return isLink && isOfFunctionUrl(request) ? undefined : `Sec-Fetch-Site header ${site}`;
};

/** Why the request is refused, or undefined where it comes from this machine by its own name. */
const foreignness = (request: WireRequest): EngineError | undefined => {
  const found = foreignHeader(header(request, 'host'), header(request, 'origin')) ?? crossSite(request);
  const expected = 'a request from this machine (localhost or 127.0.0.1)';
  const fix = 'use the endpoint that the engine printed.';
  return found === undefined ? undefined : new EngineError('HDL506', { found, expected, fix });
};

/** Answers every request; an unexpected failure of a service is a 500 that carries its message. */
export const answerWith =
  (services: ReadonlyMap<ServiceId, Service>) =>
  async (request: WireRequest): Promise<WireResponse> => {
    const foreign = foreignness(request);
    if (foreign !== undefined) return jsonError(new AwsError('AccessDeniedException', foreign.message, 403));
    if (request.method === 'GET' && request.path === '/_heddle/health') {
      const body = JSON.stringify({ status: 'ok', services: [...services.keys()] });
      return { status: 200, headers: { 'content-type': 'application/json' }, body };
    }
    const lambda = services.get('lambda');
    if (lambda && isOfFunctionUrl(request)) {
      try {
        return await callFunctionUrl(request, lambda);
      } catch (error) {
        return jsonError(asAwsError(error));
      }
    }
    const addressee = identify(request);
    if (addressee === undefined) return jsonError(unaddressed(request));
    const protocol = protocolOf(request, addressee);
    const service = addressee.id === undefined ? undefined : services.get(addressee.id);
    if (service === undefined) {
      const operation = addressee.operation ?? actionOf(request) ?? `${request.method} ${request.path}`;
      const message = notImplemented(addressee.id ?? (addressee.name as ServiceId), operation).message; // a name for the text
      return refuse(new AwsError('NotImplemented', message, 501), protocol, request);
    }
    try {
      return await call(request, service, protocol, addressee.operation ?? '');
    } catch (error) {
      return refuse(asAwsError(error), protocol, request);
    }
  };
