// A state folder, services on it, and a port if one is asked for: what every kind of engine stands on.
import type { DatabaseSync } from 'node:sqlite';
import { invariant } from '../support/invariant.ts';
import { type Clock, exactTimers, realClock } from './clock.ts';
import { type Composition, type CompositionOptions, composeServices } from './composition.ts';
import type { Durability } from './database.ts';
import { late } from './late-modules.ts';
import type { WireServer } from './server/index.ts';
import type { BusEvent, EngineContext } from './service.ts';
import type { LambdaOptions } from './services/lambda/index.ts';
import type { StartQuota } from './services/sfn/index.ts';
import { openStateFolder } from './state-folder.ts';

/** What may be said of any engine. */
export interface HostOptions {
  /** Where everything is kept. Made when it is not there; one engine at a time. */
  readonly stateDir: string;
  /** @default real time */
  readonly clock?: Clock;
  /**
   * Numbers in [0, 1): seeded, for a run that repeats exactly. Opened again on the same state it gives others, the same each time.
   * @default Math.random
   */
  readonly random?: () => number;
  /** What a crash may not lose: of the process, or of the machine's power; or `'none'`, for a test. @default 'process' */
  readonly durability?: Durability;
  /** Rename a damaged database and start afresh, rather than throw. @default false */
  readonly setAsideDamaged?: boolean;
  /**
   * Where Lambda functions run: `worker`, a thread each with its own memory limit, ended when it times out; `inProcess`, for
   * tests and speed, with the limits that `services/lambda/in-process.ts` lists.
   * @default 'worker'
   */
  readonly lambda?: LambdaOptions['isolation'];
  /** Functions of the program that opens the engine, callable as Lambda functions of these names. */
  readonly functions?: LambdaOptions['functions'];
  /** Environment variables that functions get beside their own, by name, as long as this engine is open. They are not kept. */
  readonly variables?: LambdaOptions['variables'];
  /** Quotas of an AWS account that the engine holds to, with AWS's own errors. @default none */
  readonly quotas?: Quotas;
  /** The most events in the history of a Standard execution; one more fails it. @default 25,000, as on AWS */
  readonly historyLimit?: number;
  /**
   * Asked when the schedule of a rule of EventBridge is due: `true` for one that would find nothing to do. A month of a rule that fires
   * every few minutes is thousands of calls. @default all fire
   */
  readonly passOver?: (rule: string) => boolean | Promise<boolean>;
  /** Told of every event of a service (`source: 'aws.states'`, ...) once what it tells is on disk. */
  readonly onEvent?: (event: BusEvent) => void;
}

/** What an account may do, of what AWS bounds. */
export interface Quotas {
  /** `StartExecution`: what may be saved up, and what comes back a second. */
  readonly startExecution?: StartQuota;
  /** Calls of Lambda functions at once, all together. */
  readonly lambdaConcurrency?: number;
}

export interface HostSettings extends HostOptions {
  readonly region: string;
  readonly account: string;
  readonly services?: CompositionOptions['services'];
  /** 0 takes any free port. Without one there is no server. */
  readonly port?: number | undefined;
}

export interface Host {
  readonly context: EngineContext;
  readonly composition: Composition;
  /** Tells other processes where the server listens: once it has all that they look for. */
  announce(): void;
  /** Stops taking calls, then all work, then lets go of the state folder. What was under way is taken up by the next open. */
  close(): Promise<void>;
}

const LONGEST_CLOSE_MS = 5_000;
const serverModule = late<typeof import('./server/index.ts')>(import.meta.url, './server/index.ts');
const NOWHERE = 'http://127.0.0.1:0'; // where a call of AWS goes in an engine without a server: it fails at once

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

const compositionOptions = ({
  services,
  lambda,
  functions,
  variables,
  historyLimit,
  quotas = {},
}: HostSettings): CompositionOptions => ({
  ...(services !== undefined && { services }),
  lambda: {
    ...(lambda !== undefined && { isolation: lambda }),
    ...(functions !== undefined && { functions }),
    ...(variables !== undefined && { variables }),
    ...(quotas.lambdaConcurrency !== undefined && { concurrency: quotas.lambdaConcurrency }),
  },
  sfn: {
    ...(historyLimit !== undefined && { historyLimit }),
    ...(quotas.startExecution !== undefined && { startQuota: quotas.startExecution }),
  },
});

const GOLDEN = (Math.sqrt(5) - 1) / 2; // of its multiples no two are the same, less whole numbers

/**
 * The numbers of `seeded`, moved on by how often the state has been opened with such a source: the same ones would give names, ids and
 * tokens that are in use in it.
 */
const unlikeBefore = (database: DatabaseSync, seeded: () => number): (() => number) => {
  const isNew = database.prepare('SELECT 1 FROM sqlite_master').get() === undefined;
  database.exec('CREATE TABLE IF NOT EXISTS engine_openings (id INTEGER PRIMARY KEY, number INTEGER NOT NULL)');
  const row = database
    .prepare(
      'INSERT INTO engine_openings (id, number) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET number = number + 1 RETURNING number',
    )
    .get(isNew ? 0 : 1);
  const shift = (Number(row?.number) * GOLDEN) % 1;
  return shift === 0 ? seeded : () => (seeded() + shift) % 1;
};

/** Opens the folder, loads the services, starts the server. Nothing that an earlier process left is taken up yet. */
export const openHost = async (settings: HostSettings): Promise<Host> => {
  const { region, account, port, onEvent, passOver } = settings;
  const folder = openStateFolder(settings.stateDir, settings);
  const looseTimers = exactTimers();
  let server: WireServer | undefined;
  let composition: Composition | undefined;
  const composed = (): Composition => {
    invariant(composition, 'a service asked for another before all were loaded');
    return composition;
  };
  const context: EngineContext = {
    region,
    account,
    stateDir: folder.dir,
    database: folder.database,
    clock: settings.clock ?? realClock(),
    random: Math.random,
    endpoint: () => {
      if (port === undefined) return NOWHERE;
      invariant(server, 'a service asked for the endpoint before the server listened');
      return server.endpoint;
    },
    fetch: (url, init) => server?.fetch(url, init),
    service: (id) => composed().get(id),
    ...(passOver && { passOver }),
    emit: (event) => {
      composed().emit(event);
      // Told within the transaction that stores it: a listener may call a service, which must find that over.
      if (onEvent) queueMicrotask(() => onEvent(event));
    },
  };
  const close = async (): Promise<void> => {
    try {
      await server?.close();
      if (composition) await bounded(composition.close());
    } finally {
      looseTimers();
      folder.close();
    }
  };
  const announce = (): void => {
    if (server) folder.announce(server.endpoint);
  };
  try {
    if (settings.random) context.random = unlikeBefore(folder.database, settings.random);
    composition = composeServices(context, compositionOptions(settings));
    if (port !== undefined) {
      const { startServer } = serverModule();
      server = await startServer({ port, services: composition.made });
    }
    return { context, composition, announce, close };
  } catch (error) {
    await close();
    throw error;
  }
};
