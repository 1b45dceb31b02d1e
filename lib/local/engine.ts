import { invariant } from '../support/invariant.ts';
import { type Clock, realClock } from './clock.ts';
import { composeServices } from './composition.ts';
import type { Durability } from './database.ts';
import { EngineError } from './engine-error.ts';
import { startServer, type WireServer } from './server/index.ts';
import type { BusEvent, EngineContext, Service, ServiceId } from './service.ts';
import { pendingSubscriptions } from './services/sns/index.ts';
import { openStateFolder } from './state-folder.ts';
import {
  checkStacks,
  loadStacks,
  type Place,
  type ProvisionedStack,
  placeOf,
  readAssembly,
  type Stack,
} from './template/index.ts';

export interface EngineOptions {
  /** A cloud assembly folder (`cdk.out`), or one CloudFormation template (`.json`). */
  readonly assembly: string;
  /** Where everything is kept. Made when it is not there; one engine at a time. */
  readonly stateDir: string;
  /** @default 0, any free port */
  readonly port?: number;
  /** Names of the stacks to load. @default all of the assembly */
  readonly stacks?: readonly string[];
  /** Values of template parameters by name. @default their defaults */
  readonly parameters?: { readonly [name: string]: string };
  /** @default the stacks' own where it is concrete, else us-east-1 */
  readonly region?: string;
  /** @default the stacks' own where it is concrete, else 123456789012 */
  readonly account?: string;
  /** @default real time */
  readonly clock?: Clock;
  /** Numbers in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** What a crash may not lose: of the process, or of the machine's power. @default 'process' */
  readonly durability?: Durability;
  /** Rename a damaged database and start afresh, rather than throw. @default false */
  readonly setAsideDamaged?: boolean;
}

/** A running engine: what the template describes, with its state where it was left. */
export interface Engine extends Place {
  /** `http://127.0.0.1:PORT`: what AWS_ENDPOINT_URL wants. */
  readonly endpoint: string;
  /** Outputs and resources, by stack. */
  readonly stacks: readonly ProvisionedStack[];
  /** What the template asks for and this machine does not do, such as mail to a subscriber: one line each. */
  readonly notices: readonly string[];
  /** A service, to be called without the network. */
  service(id: ServiceId): Service;
  /** Stops taking calls, then all work, then lets go of the state folder. What was under way is taken up by the next open. */
  close(): Promise<void>;
}

const LONGEST_CLOSE_MS = 5_000;

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

/** `work`, or after a bound nothing more: a function that does not stop must not keep the engine open. */
const bounded = async (work: Promise<void>): Promise<void> => {
  let cancel = (): void => undefined;
  const bound = new Promise<void>((resolve) => {
    cancel = realClock().after(LONGEST_CLOSE_MS, resolve); // real time, whatever the engine's clock is
  });
  try {
    await Promise.race([work, bound]);
  } finally {
    cancel();
  }
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
  checkStacks(stacks);

  const folder = openStateFolder(options.stateDir, {
    ...(options.durability !== undefined && { durability: options.durability }),
    ...(options.setAsideDamaged !== undefined && { setAsideDamaged: options.setAsideDamaged }),
  });
  let server: WireServer | undefined;
  const context: EngineContext = {
    ...place,
    stateDir: folder.dir,
    database: folder.database,
    clock: options.clock ?? realClock(),
    random: options.random ?? Math.random,
    endpoint: () => {
      invariant(server, 'a service asked for the endpoint before the server listened');
      return server.endpoint;
    },
    service: (id) => composition.get(id),
    emit: (event: BusEvent) => composition.emit(event),
  };
  const composition = composeServices(context);

  const close = async (): Promise<void> => {
    try {
      await server?.close();
      await bounded(composition.close());
    } finally {
      folder.close();
    }
  };

  try {
    server = await startServer({ port: options.port ?? 0, services: composition.made });
    folder.announce(server.endpoint);
    const loaded = await loadStacks(stacks, options.parameters ?? {}, context);
    await composition.start();
    const notices = await pendingSubscriptions(composition.get('sns'));
    return { ...place, endpoint: server.endpoint, stacks: loaded, notices, service: composition.get, close };
  } catch (error) {
    await close();
    throw error;
  }
};
