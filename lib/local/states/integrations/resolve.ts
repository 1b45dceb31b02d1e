// From the Resource of a Task to what it calls.
import { late } from '../../late-modules.ts';
import type { EngineContext } from '../../service.ts';
import { StateError } from '../errors.ts';
import type { Integration, Integrations } from './integration.ts';
import { directLambda, lambdaInvoke } from './lambda.ts';
import { optimizedActions, optimizedCall, serviceNamed } from './services.ts';
import type { AwaitExecution } from './start-execution.ts';
import type { Tokens } from './tokens.ts';

const sdk = late<typeof import('./aws-sdk.ts')>(import.meta.url, './aws-sdk.ts');
const optimized = late<typeof import('./optimized.ts')>(import.meta.url, './optimized.ts');
const executions = late<typeof import('./start-execution.ts')>(import.meta.url, './start-execution.ts');

const LAMBDA = /^arn:[^:]+:lambda:/;
const SDK = /^arn:[^:]+:states:[^:]*:[^:]*:aws-sdk:([^:]+):([A-Za-z0-9]+)(\.waitForTaskToken)?$/;
const OPTIMIZED = /^arn:[^:]+:states:[^:]*:[^:]*:([a-z-]+):([A-Za-z0-9]+)(\.waitForTaskToken|\.sync(?::2)?)?$/;
const ACTIVITY = /^arn:[^:]+:states:[^:]*:[^:]*:activity:(.+)$/;

/** Not States.Runtime, which nothing catches: the rest of the machine goes on as it would where a call fails. */
const unknown = (resource: string): StateError =>
  new StateError(
    'States.TaskFailed',
    `HDL520 the local engine does not implement the resource ${resource}, and nothing stands in for it`,
  );

type Make = (context: EngineContext, tokens: Tokens, awaitExecution: AwaitExecution) => Integration;

/** Undefined for a resource that the engine does not have. */
const makerOf = (resource: string): Make | undefined => {
  if (LAMBDA.test(resource)) return (context) => directLambda(context, resource);
  const [isSdk, sdkName = '', sdkAction = '', sdkPattern = ''] = SDK.exec(resource) ?? [];
  if (isSdk !== undefined) {
    const service = serviceNamed(sdkName);
    return service && ((context, tokens) => sdk().awsSdk(context, tokens, sdkName, service, sdkAction, sdkPattern));
  }
  const [, name = '', action = '', pattern = ''] = OPTIMIZED.exec(resource) ?? [];
  if (name === 'lambda' && action === 'invoke') return (context, tokens) => lambdaInvoke(context, tokens, pattern);
  const machines = serviceNamed('sfn');
  if (name === 'states' && action === 'startExecution' && machines)
    return (context, tokens, awaitExecution) =>
      executions().startExecution(context, tokens, machines, pattern, awaitExecution);
  const entry = Object.hasOwn(optimizedActions, name) ? optimizedActions[name] : undefined;
  const service = entry && serviceNamed(entry.service);
  if (!service || !Object.hasOwn(entry.actions, action)) return undefined;
  return (context, tokens) => optimized().optimized(context, tokens, name, service, action, pattern);
};

/** Whether the engine has what a Task calls. */
export const isImplemented = (resource: string): boolean => ACTIVITY.test(resource) || makerOf(resource) !== undefined;

/** All integrations of an engine. Each resource is resolved once. */
export const integrationsOf = (
  context: EngineContext,
  tokens: Tokens,
  awaitExecution: AwaitExecution,
  activity: (arn: string) => Integration,
): Integrations => {
  const known = new Map<string, Integration>();
  return {
    newToken: () => tokens.make(),
    resolve: (resource) => {
      const before = known.get(resource);
      if (before) return before;
      // Not remembered: whether an activity exists is asked each time.
      if (ACTIVITY.test(resource)) return activity(resource);
      const integration = makerOf(resource)?.(context, tokens, awaitExecution);
      if (!integration) throw unknown(resource);
      const takes = optimizedCall(resource)?.parameters;
      const made = takes ? { ...integration, takes } : integration;
      known.set(resource, made);
      return made;
    },
  };
};
