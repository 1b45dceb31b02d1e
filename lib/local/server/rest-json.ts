// REST-JSON (Lambda, Scheduler): the operation is in method and path, the rest of the input in query and body.
import { AwsError, notImplemented, type Service, type ServiceId, type Shape } from '../service.ts';
import { jsonError, parseShape } from './aws-json.ts';
import { LAMBDA_ROUTES } from './lambda-routes.ts';
import type { RestRoute } from './rest-route.ts';
import { SCHEDULER_ROUTES } from './scheduler-routes.ts';
import type { WireRequest, WireResponse } from './wire.ts';

const ROUTES: Partial<Record<ServiceId, readonly RestRoute[]>> = {
  lambda: LAMBDA_ROUTES,
  scheduler: SCHEDULER_ROUTES,
};

const match = (route: RestRoute, request: WireRequest): Shape | undefined => {
  const wanted = route.path.split('/');
  const found = request.path.replace(/\/$/, '').split('/');
  if (route.method !== request.method || wanted.length !== found.length) return undefined;
  const fields: Record<string, unknown> = {};
  for (const [place, part] of wanted.entries()) {
    const text = decodeURIComponent(found[place] ?? '');
    if (part.startsWith('{')) fields[part.slice(1, -1)] = text;
    else if (part !== text) return undefined;
  }
  for (const [parameter, field] of Object.entries(route.query ?? {})) {
    const text = request.query.get(parameter);
    if (text !== null) fields[field] = text;
  }
  return fields;
};

const answer = (route: RestRoute, output: Shape): WireResponse =>
  route.output?.(output) ?? {
    status: route.status ?? 200,
    headers: { 'content-type': 'application/json' },
    body: route.status === 204 ? '' : JSON.stringify(output),
  };

/** One call of a REST-JSON service. */
export const callRest = async (request: WireRequest, service: Service): Promise<WireResponse> => {
  try {
    for (const route of ROUTES[service.id] ?? []) {
      const fields = match(route, request);
      if (fields === undefined) continue;
      const body = route.input?.(request) ?? parseShape(request.body);
      return answer(route, await service.call(route.operation, { ...body, ...fields }));
    }
    throw notImplemented(service.id, `${request.method} ${request.path}`);
  } catch (error) {
    if (error instanceof AwsError) return jsonError(error, 'application/json');
    throw error;
  }
};
