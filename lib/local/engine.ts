import { EngineError } from './engine-error.ts';
import { type HostOptions, openHost } from './host.ts';
import type { Service, ServiceId } from './service.ts';
import { farDestinations } from './services/eventbridge/index.ts';
import { pendingSubscriptions } from './services/sns/index.ts';
import {
  checkStacks,
  loadStacks,
  type Place,
  type ProvisionedStack,
  placeOf,
  readAssembly,
  type Stack,
} from './template/index.ts';

export interface EngineOptions extends HostOptions {
  /** A cloud assembly folder (`cdk.out`), or one CloudFormation template (`.json`). */
  readonly assembly: string;
  /** @default 0, any free port */
  readonly port?: number;
  /** Names of the stacks to load. @default all of the assembly */
  readonly stacks?: readonly string[];
  /** Values of template parameters by name. @default their defaults */
  readonly parameters?: { readonly [name: string]: string };
  /**
   * `false` opens the state as it is, to be read: no template is applied, and nothing that was left undone is taken up (executions,
   * deliveries, schedules, pollers). Calls that ask for work still do it. Other processes are not told where it is. @default true
   */
  readonly work?: boolean;
  /** @default the stacks' own where it is concrete, else us-east-1 */
  readonly region?: string;
  /** @default the stacks' own where it is concrete, else 123456789012 */
  readonly account?: string;
}

/** A running engine: what the template describes, with its state where it was left. */
export interface Engine extends Place {
  /** `http://127.0.0.1:PORT`: what AWS_ENDPOINT_URL wants. */
  readonly endpoint: string;
  /** Outputs and resources, by stack. None where the engine was opened without work. */
  readonly stacks: readonly ProvisionedStack[];
  /** What the template asks for and this machine does not do, such as mail to a subscriber: one line each. */
  readonly notices: readonly string[];
  /** A service, to be called without the network. */
  service(id: ServiceId): Service;
  /** Stops taking calls, then all work, then lets go of the state folder. What was under way is taken up by the next open. */
  close(): Promise<void>;
}

const choose = (stacks: readonly Stack[], names: readonly string[] | undefined): readonly Stack[] => {
  const unknown = names?.filter((name) => !stacks.some((stack) => stack.name === name)) ?? [];
  if (unknown.length > 0)
    throw new EngineError('HDL511', {
      found: `no stack ${unknown.join(', ')} in the assembly`,
      expected: `one of ${stacks.map(({ name }) => name).join(', ')}`,
      fix: 'correct the name.',
    });
  return names ? stacks.filter(({ name }) => names.includes(name)) : stacks;
};

/**
 * Opens an engine on a state folder, loads the stacks of an assembly into it and carries on with what was left undone.
 *
 * Throws EngineError: HDL502 to HDL505 (port, state folder), HDL511 to HDL516 (assembly, templates).
 *
 * ```ts
 * const engine = await openEngine({ assembly: 'cdk.out', stateDir: '.heddle' });
 * await engine.service('sfn').call('StartExecution', { stateMachineArn, input: '{}' });
 * await engine.close();
 * ```
 */
export const openEngine = async (options: EngineOptions): Promise<Engine> => {
  const stacks = choose(readAssembly(options.assembly), options.stacks);
  const place = placeOf(stacks, {
    ...(options.account !== undefined && { account: options.account }),
    ...(options.region !== undefined && { region: options.region }),
  });
  const { work = true } = options;
  if (work) checkStacks(stacks);

  const { context, composition, announce, close } = await openHost({ ...options, ...place, port: options.port ?? 0 });
  const running = { ...place, service: composition.get, close };
  try {
    if (!work) {
      composition.makeAll();
      return { ...running, endpoint: context.endpoint(), stacks: [], notices: [] };
    }
    const loaded = await loadStacks(stacks, options.parameters ?? {}, context);
    await composition.start();
    const notices = [
      ...loaded.flatMap(({ resources }) => resources.flatMap((resource) => resource.notices ?? [])),
      ...(await pendingSubscriptions(composition.get('sns'))),
      ...(await farDestinations(composition.get('eventbridge'))),
    ];
    announce();
    return { ...running, endpoint: context.endpoint(), stacks: loaded, notices };
  } catch (error) {
    await close();
    throw error;
  }
};
