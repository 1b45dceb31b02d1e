// Lambdas for a compiled machine: they answer the compiler's payloads and write down who was called when.

import type { Ledger } from '../../lib/ledger/index.ts';
import type { BeginCall, FinishCall, Json, OnFailure, SettleCall, StageCall } from '../../lib/records/index.ts';
import { beginSlot, holds, operandsOf } from '../../lib/records/index.ts';
import type { Handler } from '../local/sfn/engine.ts';
import { type Chosen, resolved, type World } from './interpreter.ts';

type Outcome = 'completed' | 'failed' | 'skipped';

export interface Log {
  /** `stage`, `stage[3]` for a batch, `stage settled` for a call of `settle`, in order. */
  readonly calls: string[];
  /** The item ranges that batches got, by stage: first and last index. */
  readonly batches: Map<string, (readonly [number, number])[]>;
  readonly outcomes: Map<string, Outcome>;
  chosen: Chosen | undefined;
  /** Lets a state go on that waits with a token. */
  release: (token: string, output: object) => Promise<unknown>;
}

class Failure extends Error {
  override readonly name = 'Heddle.Permanent';
}

/** `ledger` holds the latches and the choices behind them: the real one, so that their exactness is proved too. */
export const lambdasFor = (stages: readonly string[], world: World, ledger: () => Ledger) => {
  const recorded: Record<string, Chosen[string]> = {};
  const log: Log = {
    calls: [],
    batches: new Map(),
    outcomes: new Map(),
    chosen: undefined,
    release: async () => undefined,
  };
  const instead = new Map<string, Json>();
  const given = (id: string) =>
    log.outcomes.get(id) === 'completed' ? (instead.get(id) ?? world.outputs.get(id)) : undefined;
  const at = (id: string, path: readonly string[], count?: true): Json => {
    const found = resolved({ kind: 'ref', source: { kind: 'stage', stage: id }, path }, world, given, {});
    return count ? (found as readonly Json[]).length : (found ?? null);
  };

  const controlOf = (id: string, control: StageCall['control']) =>
    given(id) === undefined ? {} : Object.fromEntries(control.map((c) => [c.key, at(id, c.path, c.count)]));

  const ended = (id: string, status: Outcome, control: StageCall['control'] = []) => {
    log.outcomes.set(id, status);
    return { status, control: controlOf(id, control) };
  };
  const isReady = (
    binds: readonly StageCall['bind'][],
    { after, chosen }: { readonly after: readonly string[]; readonly chosen: Chosen },
  ): boolean => {
    const known = { ...recorded, ...chosen };
    return (
      after.every((id) => log.outcomes.get(id) === 'completed' || (known[id] ?? 'none') !== 'none') &&
      binds.every((bind) => resolved(bind, world, given, known) !== undefined)
    );
  };

  /** A stage that failed for good, and what its `onFailure` makes of that. */
  const failed = (id: string, onFailure: OnFailure | undefined, output: Json, control: StageCall['control'] = []) => {
    if (typeof onFailure !== 'object') return ended(id, onFailure === 'skip' ? 'skipped' : 'failed');
    instead.set(id, output);
    return ended(id, 'completed', control);
  };

  const stage = (call: StageCall): unknown => {
    const { stage: id, bind, chosen, control, batch, via } = call;
    if (batch && 'items' in batch) {
      log.calls.push(`${id}[${batch.index}]`);
      const total = (resolved(batch.items, world, given, { ...recorded, ...chosen }) as readonly Json[]).length;
      const first = batch.index * batch.size;
      const last = Math.min(first + batch.size, total) - 1;
      log.batches.set(id, [...(log.batches.get(id) ?? []), [first, last]]);
      if (world.failing.has(id)) throw new Failure(id);
      return { status: 'completed', control: {} };
    }
    if (batch && 'follows' in batch) {
      log.calls.push(`${id}[${batch.index}]`);
      if (world.failing.has(id)) throw new Failure(id);
      return { status: 'completed', control: {} };
    }
    const name = via ? `${id}.fallback` : id;
    log.calls.push(name);
    if (!isReady([bind], call)) return ended(id, 'skipped');
    if (world.failing.has(name)) throw new Failure(name);
    return ended(id, 'completed', control);
  };

  const settle = (call: SettleCall): unknown => {
    switch (call.action) {
      case 'batchFailed':
        return {};
      case 'released':
        for (const id of call.choices) if (call.chosen[id]) recorded[id] = call.chosen[id];
        return {};
      case 'poolOpened':
        void log.release(call.token, { lease: null, until: '2026-01-01T00:01:00Z' });
        return {};
      case 'readControl':
        return {
          control: Object.fromEntries(call.slots.map(({ stage: id, control }) => [id, controlOf(id, control)])),
          chosen: Object.fromEntries(call.choices.flatMap((id) => (recorded[id] ? [[id, recorded[id]]] : []))),
        };
      case 'ask': {
        if (!log.calls.includes(call.stage)) log.calls.push(call.stage); // with a heartbeat it is asked again
        const isSkipped = !isReady([call.show], call);
        // Nobody answers a question that is to fail.
        if (isSkipped || !world.failing.has(call.stage))
          void log.release(call.token, ended(call.stage, isSkipped ? 'skipped' : 'completed', call.control));
        return {};
      }
      case 'startChild': {
        log.calls.push(call.stage);
        const isSkipped = !isReady([call.input, ...(call.partition ? [call.partition] : [])], call);
        // A run that is to fail never ends.
        if (isSkipped || !world.failing.has(call.stage))
          void log.release(call.token, ended(call.stage, isSkipped ? 'skipped' : 'completed', call.control));
        return {};
      }
      case 'serviceOpened': {
        log.calls.push(call.stage);
        const isSkipped = !isReady([call.bind], call);
        if (isSkipped) ended(call.stage, 'skipped');
        else if (world.failing.has(call.stage)) throw new Failure(call.stage);
        return { control: {}, call: !isSkipped, arguments: { Limit: 1 } };
      }
      case 'serviceDone':
        return log.outcomes.has(call.stage) ? { control: {} } : ended(call.stage, 'completed', call.control);
      case 'waitOpened': {
        log.calls.push(call.stage);
        const isSkipped = !isReady(call.wait.kind === 'until' ? [call.wait.at] : [], call);
        if (isSkipped) ended(call.stage, 'skipped');
        else if (world.failing.has(call.stage)) throw new Failure(call.stage);
        return { control: {}, until: '2026-01-01T00:01:00Z' };
      }
    }
    if (call.action === 'compensationOpened' || call.action === 'compensationClosed') return {};
    const { stage: id, control } = call;
    if (call.action !== 'check') log.calls.push(`${id} settled`);
    if (call.action === 'check') {
      log.calls.push(id);
      const operands = operandsOf(call.claim);
      if (!isReady(operands, call)) return ended(id, 'skipped');
      const passed = holds(call.claim, (operand) => resolved(operand, world, given, call.chosen) ?? null);
      return ended(id, passed || call.severity === 'warn' ? 'completed' : 'failed', control);
    }
    if (call.action === 'waitDone') return log.outcomes.has(id) ? { control: {} } : ended(id, 'completed', control);
    if (call.action === 'askEnded' || call.action === 'childEnded') return ended(id, 'failed');
    const { onFailure } = call;
    const value = typeof onFailure === 'object' ? onFailure.value : null;
    if (call.action === 'stageFailed') return failed(id, onFailure, value, control);
    if (!isReady([call.items, call.bind], call)) return ended(id, 'skipped');
    if (!world.failing.has(id)) return ended(id, 'completed', control);
    return failed(id, onFailure, { outputs: value, count: Array.isArray(value) ? value.length : 0 }, control);
  };

  const begin = ({ pipeline, execution, definitionHash, input, control }: BeginCall): unknown => ({
    run: { pipeline, id: input.run, partition: 'p', definitionHash, execution },
    chosen: {},
    control: {
      [beginSlot]: Object.fromEntries(
        control.map(({ key, bind, count }) => {
          const found = resolved(bind, world, given, {});
          return [key, count ? (found as readonly Json[]).length : found];
        }),
      ),
    },
  });

  /** As the wrapper and `settle` do: latches are released after the stage's end is known. */
  const releasing = (work: (event: never) => unknown): Handler => {
    return async (event) => {
      const answer = work(event as never);
      const given = event as StageCall | SettleCall;
      const call = ('action' in given && given.action === 'batchFailed' ? given.call : given) as StageCall;
      if (call.release) await ledger().latches.release(call.run, call.stage, call.release);
      return answer;
    };
  };

  const functions: Record<string, Handler> = {
    // The engine hands over the payloads that the compiler wrote: their types are those of lib/records/calls.ts.
    ...Object.fromEntries(
      stages
        .flatMap((id) => [`stage_${id}`, `fallback_${id}`])
        .map((name) => [name, releasing((event: StageCall) => stage(event))]),
    ),
    operator_begin: (event) => begin(event as BeginCall),
    operator_settle: releasing((event: SettleCall) => settle(event)),
    operator_finish: (event) => {
      log.chosen = (event as FinishCall).chosen;
      return { status: 'completed' };
    },
  };
  return { log, functions };
};
