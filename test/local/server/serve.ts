// Services of the engine on a port and in a temporary folder, for tests of one service at a time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, realClock } from '../../../lib/local/clock.ts';
import { startServer } from '../../../lib/local/server/index.ts';
import type { BusEvent, EngineContext, Service, ServiceId, Shape } from '../../../lib/local/service.ts';
import { openStateFolder } from '../../../lib/local/state-folder.ts';

export type Make = (context: EngineContext) => Service;

export interface Served {
  readonly dir: string;
  readonly endpoint: string;
  /** What an AWS SDK v3 client needs to come here. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly clock: Clock;
  /** What the services told the event bus. */
  readonly events: readonly BusEvent[];
  call(service: ServiceId, operation: string, input: Shape, gone?: AbortSignal): Promise<Shape>;
  /** Stops; with `keep` the folder stays, so that `serve` can start on it again. */
  close(keep?: 'keep'): Promise<void>;
}

export interface ServeOptions {
  readonly make: readonly Make[];
  readonly clock?: Clock;
  readonly dir?: string;
  /** Called with each event before it is kept. */
  readonly onEvent?: (event: BusEvent) => void;
}

export const serve = async ({ make, clock = realClock(), dir, onEvent }: ServeOptions): Promise<Served> => {
  const stateDir = dir ?? mkdtempSync(join(tmpdir(), 'heddle-serve-'));
  const folder = openStateFolder(stateDir);
  const services = new Map<ServiceId, Service>();
  const events: BusEvent[] = [];
  const server = await startServer({ port: 0, services });
  const service = (id: ServiceId): Service => {
    const found = services.get(id);
    if (found === undefined) throw new Error(`this test runs no ${id}`);
    return found;
  };
  const context: EngineContext = {
    region: 'us-east-1',
    account: '123456789012',
    stateDir,
    database: folder.database,
    clock,
    random: Math.random,
    endpoint: () => server.endpoint,
    fetch: server.fetch,
    service,
    emit: (event) => {
      onEvent?.(event);
      events.push(event);
    },
  };
  for (const one of make) {
    const made = one(context);
    services.set(made.id, made);
  }
  for (const made of services.values()) await made.start?.();
  return {
    dir: stateDir,
    endpoint: server.endpoint,
    client: {
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    clock,
    events,
    call: (id, operation, input, gone) => service(id).call(operation, input, gone),
    close: async (keep) => {
      await server.close();
      for (const made of [...services.values()].toReversed()) await made.close?.();
      folder.close();
      if (keep === undefined) rmSync(stateDir, { recursive: true, force: true });
    },
  };
};

/** Resolves when `ms` have passed on a clock, virtual or real. */
export const pass = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });
