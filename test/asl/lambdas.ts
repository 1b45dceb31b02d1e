// Lambdas for a compiled machine: they answer the compiler's payloads and write down who was called when.
import type { BeginCall, FinishCall, Json, SettleCall, StageCall } from '../../lib/records/index.ts';
import { beginSlot } from '../../lib/records/index.ts';
import type { Handler } from '../local/sfn/engine.ts';
import { type Chosen, resolved, type World } from './interpreter.ts';

export interface Log {
  /** `stage`, `stage[3]` for a batch, `stage settled` for a call of `settle`, in order. */
  readonly calls: string[];
  /** The item ranges that batches got, by stage: first and last index. */
  readonly batches: Map<string, (readonly [number, number])[]>;
  readonly outcomes: Map<string, 'completed' | 'failed' | 'skipped'>;
  chosen: Chosen | undefined;
}

class Failure extends Error {
  override readonly name = 'Heddle.Permanent';
}

export const lambdasFor = (stages: readonly string[], world: World) => {
  const log: Log = { calls: [], batches: new Map(), outcomes: new Map(), chosen: undefined };
  const given = (id: string) => (log.outcomes.get(id) === 'completed' ? world.outputs.get(id) : undefined);
  const at = (id: string, path: readonly string[], count?: true): Json => {
    const found = resolved({ kind: 'ref', source: { kind: 'stage', stage: id }, path }, world, given, {});
    return count ? (found as readonly Json[]).length : (found ?? null);
  };

  const settled = (id: string, binds: readonly StageCall['bind'][], chosen: Chosen, control: StageCall['control']) => {
    const ready = binds.every((bind) => resolved(bind, world, given, chosen) !== undefined);
    const outcome = !ready ? 'skipped' : world.failing.has(id) ? 'failed' : 'completed';
    log.outcomes.set(id, outcome);
    return {
      status: outcome,
      control: outcome === 'completed' ? Object.fromEntries(control.map((c) => [c.key, at(id, c.path, c.count)])) : {},
    };
  };

  const stage = ({ stage: id, bind, chosen, control, batch }: StageCall): unknown => {
    if (batch) {
      log.calls.push(`${id}[${batch.index}]`);
      const total = (resolved(batch.items, world, given, chosen) as readonly Json[]).length;
      const first = batch.index * batch.size;
      const last = Math.min(first + batch.size, total) - 1;
      log.batches.set(id, [...(log.batches.get(id) ?? []), [first, last]]);
      if (world.failing.has(id)) throw new Failure(id);
      return { status: 'completed', control: {} };
    }
    log.calls.push(id);
    const answer = settled(id, [bind], chosen, control);
    if (answer.status === 'failed') throw new Failure(id);
    return answer;
  };

  const settle = (call: SettleCall): unknown => {
    if (call.action === 'batchFailed') return {};
    log.calls.push(`${call.stage} settled`);
    return call.action === 'mapDone' ? settled(call.stage, [call.items, call.bind], call.chosen, call.control) : {};
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

  const functions: Record<string, Handler> = {
    // The engine hands over the payloads that the compiler wrote: their types are those of lib/records/calls.ts.
    ...Object.fromEntries(stages.map((id) => [`stage_${id}`, (event: unknown) => stage(event as StageCall)])),
    operator_begin: (event) => begin(event as BeginCall),
    operator_settle: (event) => settle(event as SettleCall),
    operator_finish: (event) => {
      log.chosen = (event as FinishCall).chosen;
      return { status: 'completed' };
    },
  };
  return { log, functions };
};
