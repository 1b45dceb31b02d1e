// The Lambda API's paths. https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
import type { Shape } from '../service.ts';
import type { RestRoute } from './rest-route.ts';
import { header, type WireRequest, type WireResponse } from './wire.ts';

const FUNCTIONS = '/2015-03-31/functions';
const ONE = `${FUNCTIONS}/{FunctionName}`;
const MAPPINGS = '/2015-03-31/event-source-mappings';
const EVENT_CONFIG = '/2019-09-25/functions/{FunctionName}/event-invoke-config';
const URL_CONFIG = '/2021-10-31/functions/{FunctionName}/url';
const VERSIONS = `${ONE}/versions`;
const ALIASES = `${ONE}/aliases`;
const QUALIFIER = { Qualifier: 'Qualifier' };
const PAGE = { Marker: 'Marker', MaxItems: 'MaxItems' };

const invokeInput = (request: WireRequest): Shape => ({
  InvocationType: header(request, 'x-amz-invocation-type') ?? 'RequestResponse',
  LogType: header(request, 'x-amz-log-type') ?? 'None',
  ClientContext: header(request, 'x-amz-client-context'),
  Payload: request.body,
});

const invokeOutput = ({ StatusCode, FunctionError, LogResult, Payload, ExecutedVersion }: Shape): WireResponse => ({
  status: Number(StatusCode),
  headers: {
    'content-type': 'application/json',
    'x-amz-executed-version': String(ExecutedVersion ?? '$LATEST'),
    ...(FunctionError !== undefined && { 'x-amz-function-error': String(FunctionError) }),
    ...(LogResult !== undefined && { 'x-amz-log-result': String(LogResult) }),
  },
  body: typeof Payload === 'string' ? Payload : '',
});

export const LAMBDA_ROUTES: readonly RestRoute[] = [
  {
    operation: 'Invoke',
    method: 'POST',
    path: `${ONE}/invocations`,
    query: QUALIFIER,
    input: invokeInput,
    output: invokeOutput,
  },
  { operation: 'ListFunctions', method: 'GET', path: FUNCTIONS, query: PAGE },
  { operation: 'CreateFunction', method: 'POST', path: FUNCTIONS, status: 201 },
  { operation: 'GetFunction', method: 'GET', path: ONE, query: QUALIFIER },
  { operation: 'DeleteFunction', method: 'DELETE', path: ONE, query: QUALIFIER, status: 204 },
  { operation: 'GetFunctionConfiguration', method: 'GET', path: `${ONE}/configuration`, query: QUALIFIER },
  { operation: 'PublishVersion', method: 'POST', path: VERSIONS, status: 201 },
  { operation: 'ListVersionsByFunction', method: 'GET', path: VERSIONS, query: PAGE },
  { operation: 'CreateAlias', method: 'POST', path: ALIASES, status: 201 },
  { operation: 'ListAliases', method: 'GET', path: ALIASES, query: { ...PAGE, FunctionVersion: 'FunctionVersion' } },
  { operation: 'GetAlias', method: 'GET', path: `${ALIASES}/{Name}` },
  { operation: 'UpdateAlias', method: 'PUT', path: `${ALIASES}/{Name}` },
  { operation: 'DeleteAlias', method: 'DELETE', path: `${ALIASES}/{Name}`, status: 204 },
  { operation: 'UpdateFunctionConfiguration', method: 'PUT', path: `${ONE}/configuration` },
  { operation: 'UpdateFunctionCode', method: 'PUT', path: `${ONE}/code` },
  { operation: 'PutFunctionEventInvokeConfig', method: 'PUT', path: EVENT_CONFIG },
  { operation: 'GetFunctionEventInvokeConfig', method: 'GET', path: EVENT_CONFIG },
  { operation: 'DeleteFunctionEventInvokeConfig', method: 'DELETE', path: EVENT_CONFIG, status: 204 },
  { operation: 'CreateFunctionUrlConfig', method: 'POST', path: URL_CONFIG, status: 201 },
  { operation: 'GetFunctionUrlConfig', method: 'GET', path: URL_CONFIG },
  { operation: 'DeleteFunctionUrlConfig', method: 'DELETE', path: URL_CONFIG, status: 204 },
  { operation: 'CreateEventSourceMapping', method: 'POST', path: MAPPINGS, status: 202 },
  {
    operation: 'ListEventSourceMappings',
    method: 'GET',
    path: MAPPINGS,
    query: { ...PAGE, FunctionName: 'FunctionName', EventSourceArn: 'EventSourceArn' },
  },
  { operation: 'GetEventSourceMapping', method: 'GET', path: `${MAPPINGS}/{UUID}` },
  { operation: 'UpdateEventSourceMapping', method: 'PUT', path: `${MAPPINGS}/{UUID}`, status: 202 },
  { operation: 'DeleteEventSourceMapping', method: 'DELETE', path: `${MAPPINGS}/{UUID}`, status: 202 },
];
