// Where an alias leads: one version of a machine, or two that share what is started.
// The messages are AWS's, as LocalStack's tests recorded them (test_sfn_api_aliasing).
import { isShape } from '../../field-reader.ts';
import { AwsError, type Shape } from '../../service.ts';
import { refused, text } from './requests.ts';

/** One version that an alias leads to, and the share of executions that it gets, in percent. */
export interface Route {
  readonly stateMachineVersionArn: string;
  readonly weight: number;
}

const FIELD = 'routingConfiguration';
const MOST_ROUTES = 2;

const routeIn = (route: Shape): Route => ({
  stateMachineVersionArn: text(route, 'stateMachineVersionArn'),
  weight: Number(route.weight ?? 0),
});

const lengthOf = (routes: readonly Route[], rule: string): AwsError => {
  const items = routes.map(
    ({ stateMachineVersionArn: arn, weight }) =>
      `RoutingConfigurationListItem(stateMachineVersionArn=${arn}, weight=${weight})`,
  );
  return refused(`'[${items.join(', ')}]'`, FIELD, `have length ${rule}`);
};

const invalid = (rule: string, received: readonly unknown[]): AwsError =>
  new AwsError('ValidationException', `${rule}. Received: [${received.join(', ')}]`);

/** The routes of a request, well formed by themselves; undefined where it gives none. Throws ValidationException. */
export const routesIn = (input: Shape): readonly Route[] | undefined => {
  const given = input[FIELD] ?? undefined;
  if (given === undefined) return undefined;
  const routes = (Array.isArray(given) ? given.filter(isShape) : []).map(routeIn);
  if (routes.length < 1) throw lengthOf(routes, 'greater than or equal to 1');
  if (routes.length > MOST_ROUTES) throw lengthOf(routes, `less than or equal to ${MOST_ROUTES}`);
  return routes;
};

/** The machine that all of `routes` are versions of. `machineOf` knows that of a version. Throws ValidationException. */
export const checkRoutes = (routes: readonly Route[], machineOf: (arn: string) => string | undefined): string => {
  const arns = routes.map(({ stateMachineVersionArn }) => stateMachineVersionArn);
  const weights = routes.map(({ weight }) => weight);
  if (new Set(arns).size < arns.length)
    throw invalid('Routing configuration must contain distinct state machine version ARNs', arns);
  const machines = new Set(arns.map(machineOf));
  const [machineArn] = machines;
  if (machineArn === undefined || machines.has(undefined))
    throw invalid('Routing configuration must contain state machine version ARNs', arns);
  if (machines.size > 1) throw invalid('Routing configuration must contain versions of one state machine', arns);
  if (weights.reduce((sum, weight) => sum + weight, 0) !== 100)
    throw invalid('Sum of routing configuration weights must equal 100', weights);
  return machineArn;
};
