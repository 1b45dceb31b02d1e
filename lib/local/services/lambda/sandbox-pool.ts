// All live sandboxes of an engine, few enough to fit a laptop: which event goes to which, when one more pays, which goes.
import { totalmem } from 'node:os';
import { realClock } from '../../clock.ts';
import { type FunctionRecord, identityOf, LATEST } from './function-record.ts';
import { processorLoad } from './processor-load.ts';
import { closedOutcome, type FunctionRunner, type Job, type Outcome } from './runner.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

interface Slot {
  /** Another `revision` of it means other code or settings: the slot is not used again. */
  readonly of: FunctionRecord;
  readonly sandbox: Sandbox;
  state: 'starting' | 'idle' | 'busy';
  /** When its last invocation began, while it is busy, or ended. */
  usedAt: number;
}

interface Waiting {
  readonly job: Job;
  readonly since: number;
  readonly resolve: (outcome: Outcome) => void;
}

const SANDBOX_BYTES = 30e6; // about: 15 MB, 40 MB with three AWS SDK clients in the bundle
const SHARE_OF_MEMORY = 0.1;
const START_MS = 150; // what a further sandbox costs, about: worth it only against a longer wait
const PATIENCE_MS = 2_000;
const STARTING_AT_ONCE = 2;
const FULL_LOAD = 0.8; // share of the processors above which more sandboxes bring nothing
const SMOOTHING = 0.3;

/** Sandboxes that live at a time: `most` where functions take turns so that fewer would be started again and again. */
export interface Room {
  readonly usual: number;
  readonly most: number;
}

export const roomOfMachine = (): Room => {
  const usual = 8;
  return { usual, most: Math.max(usual, Math.min(32, Math.floor((SHARE_OF_MEMORY * totalmem()) / SANDBOX_BYTES))) };
};

const start = ({ record, logStream, environment }: Job, compileCache: string): Sandbox =>
  startSandbox({
    functionName: record.name,
    functionVersion: record.version ?? LATEST,
    directory: record.directory,
    compileCache,
    handlerName: record.handler,
    runtime: record.runtime,
    memoryMb: record.memoryMb,
    timeoutMs: record.timeoutSeconds * 1000,
    logGroup: record.logGroup,
    logStream,
    environment: environment(),
  });

/**
 * As many sandboxes as there is room for, except that every function with work may always have one (or callers could deadlock).
 * `compileCache` is the folder where compiled code is kept for the next start.
 */
export const sandboxPool = ({ usual, most }: Room, compileCache: string): FunctionRunner => {
  const clock = realClock();
  const slots = new Set<Slot>();
  let limit = usual;
  /** How often a function was to be started again that had made room for another. */
  const regrets = new Map<string, number>();
  const queues = new Map<string, Waiting[]>();
  /** Mean milliseconds of an invocation by function, smoothed; a function without one has not finished any. */
  const paces = new Map<string, number>();
  const load = processorLoad(clock);
  let isClosed = false;
  let cancelCheck: (() => void) | undefined;

  const slotsOf = (name: string): readonly Slot[] => [...slots].filter((slot) => identityOf(slot.of) === name);

  const drop = (slot: Slot): void => {
    slots.delete(slot);
    void slot.sandbox.stop();
  };

  const isStale = (slot: Slot): boolean => {
    const [next] = queues.get(identityOf(slot.of)) ?? [];
    return !slot.sandbox.isUsable() || (next !== undefined && next.job.record.revision !== slot.of.revision);
  };

  const run = async (slot: Slot, { job, resolve }: Waiting): Promise<void> => {
    const startedAt = clock.now();
    slot.state = 'busy';
    slot.usedAt = startedAt;
    const outcome = await slot.sandbox.invoke({ ...job, payload: job.payload.text }, job.log);
    const ms = clock.now() - startedAt;
    const name = identityOf(slot.of);
    const pace = paces.get(name) ?? ms;
    paces.set(name, pace + SMOOTHING * (ms - pace));
    slot.usedAt = clock.now();
    slot.state = 'idle';
    if (!slot.sandbox.isUsable()) drop(slot);
    resolve(outcome);
    schedule();
  };

  // Room for one more: free, or made by a sandbox that is idle: by one of several of its function, else by the one that has been so
  // the longest. A further sandbox is worth another function's only one, which is started again for its next event, but after a while.
  const makeRoom = (name: string, { since }: Waiting): boolean => {
    if (slots.size < limit) return true;
    const idle = [...slots]
      .filter((slot) => slot.state === 'idle' && (queues.get(identityOf(slot.of))?.length ?? 0) === 0)
      .sort((a, b) => a.usedAt - b.usedAt);
    const spare = idle.find((slot) => slotsOf(identityOf(slot.of)).length > 1);
    const goes = spare ?? (slotsOf(name).length === 0 || clock.now() - since >= PATIENCE_MS ? idle[0] : undefined);
    if (goes !== undefined && spare === undefined)
      regrets.set(identityOf(goes.of), regrets.get(identityOf(goes.of)) ?? 0);
    if (goes !== undefined) drop(goes);
    return goes !== undefined;
  };

  // A function's first sandbox always pays; a further one where the wait is longer than its start takes.
  const pays = (name: string, waiting: number): boolean => {
    const own = slotsOf(name);
    if (own.length === 0) return true;
    const starting = own.filter((slot) => slot.state === 'starting').length;
    const pace = paces.get(name);
    if (pace === undefined || starting >= STARTING_AT_ONCE || waiting <= starting) return false;
    return (waiting * pace) / own.length > START_MS && load() < FULL_LOAD;
  };

  // Without any sandbox for a while: those that hold the room may be waiting for this very function.
  const isStarved = (name: string, first: Waiting): boolean =>
    slotsOf(name).length === 0 && clock.now() - first.since >= START_MS;

  // One function's second such start tells that others will follow: each costs 170 ms of processor time, where a call takes 5.
  const widen = (name: string): void => {
    const before = slotsOf(name).length === 0 ? regrets.get(name) : undefined;
    if (before === undefined) return;
    regrets.set(name, before + 1);
    if (before > 0) limit = Math.min(most, limit + 1);
  };

  const startFor = (job: Job): void => {
    widen(identityOf(job.record));
    const slot: Slot = { of: job.record, sandbox: start(job, compileCache), state: 'starting', usedAt: clock.now() };
    slots.add(slot);
    void slot.sandbox.ready.then(() => {
      if (slot.state === 'starting') slot.state = 'idle';
      schedule();
    });
  };

  const serve = (name: string, queue: Waiting[]): void => {
    for (const slot of slotsOf(name)) {
      if (slot.state !== 'idle') continue;
      if (isStale(slot) && slot.sandbox.isUsable()) drop(slot);
      const next = slots.has(slot) ? queue.shift() : undefined;
      if (next !== undefined) void run(slot, next);
    }
    const [first] = queue;
    if (first === undefined) queues.delete(name);
    else if (pays(name, queue.length) && (makeRoom(name, first) || isStarved(name, first))) startFor(first.job);
  };

  const trim = (): void => {
    for (const slot of [...slots].sort((a, b) => a.usedAt - b.usedAt)) {
      if (slots.size <= limit) return;
      if (slot.state === 'idle') drop(slot);
    }
  };

  const schedule = (): void => {
    if (isClosed) return;
    for (const [name, queue] of queues) serve(name, queue);
    trim();
    if (queues.size > 0) cancelCheck ??= clock.after(START_MS, check);
  };

  // Invocations that take long say nothing while they run, and one that hangs never will: what they have taken so far is the
  // pace at least. Looked at now and then.
  const check = (): void => {
    cancelCheck = undefined;
    for (const name of queues.keys()) {
      const busy = slotsOf(name).filter(({ state }) => state === 'busy');
      if (busy.length > 0)
        paces.set(name, Math.max(paces.get(name) ?? 0, ...busy.map(({ usedAt }) => clock.now() - usedAt)));
    }
    schedule();
  };

  return {
    run: (job) =>
      new Promise((resolve) => {
        const name = identityOf(job.record);
        const queue = queues.get(name) ?? [];
        queues.set(name, queue);
        queue.push({ job, since: clock.now(), resolve });
        schedule();
      }),
    retire: (name) => {
      for (const slot of slotsOf(name)) if (slot.state === 'idle') drop(slot);
      paces.delete(name);
    },
    close: async () => {
      isClosed = true;
      cancelCheck?.();
      const waiting = [...queues.values()].flat();
      queues.clear();
      for (const { resolve } of waiting) resolve(closedOutcome);
      await Promise.all([...slots].map((slot) => slot.sandbox.stop()));
      slots.clear();
    },
  };
};
