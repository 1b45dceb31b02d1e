// What coming and going at a gate makes of it. Pure: the same gate and the same name give the same, and again gives no more.
import type { AdmissionPolicy, Gate, Owed } from '../../records/index.ts';

export type Answer =
  | { readonly kind: 'go' }
  | { readonly kind: 'queued'; readonly ahead: number }
  | { readonly kind: 'full'; readonly reason: string };

export interface Entered {
  readonly gate: Gate;
  readonly answer: Answer;
}

/**
 * Lets an execution in, or to the end of the queue, or not at all. Whoever is known already stays where it is. One that gives
 * way always waits, behind all that do not; it is neither stopped for another, nor the reason why another is not started.
 */
export const enter = (
  gate: Gate,
  name: string,
  { overlap, maxRuns, maxQueued }: AdmissionPolicy,
  givesWay = false,
): Entered => {
  const { running, queued, owed, givingWay = [] } = gate;
  if (running.includes(name)) return { gate, answer: { kind: 'go' } };
  if (queued.includes(name)) return { gate, answer: { kind: 'queued', ahead: queued.indexOf(name) } };
  const yields = givesWay ? { givingWay: [...givingWay, name] } : {};
  // Nobody overtakes who waits.
  if (queued.length === 0 && running.length < maxRuns)
    return { gate: { ...gate, running: [...running, name], ...yields }, answer: { kind: 'go' } };
  const before = queued.filter((each) => givesWay || !givingWay.includes(each));
  const behind = queued.slice(before.length);
  const waits: Entered = {
    gate: { ...gate, queued: [...before, name, ...behind], ...yields },
    answer: { kind: 'queued', ahead: before.length },
  };
  if (givesWay) return waits;
  const firm = running.filter((each) => !givingWay.includes(each));
  switch (overlap) {
    case 'skip':
      return firm.length === 0 && before.length === 0
        ? waits
        : { gate, answer: { kind: 'full', reason: `${under(running)}, and overlap is 'skip'` } };
    case 'queue':
      return before.length >= maxQueued
        ? { gate, answer: { kind: 'full', reason: `${under(running)}, and ${before.length} wait already (maxQueued)` } }
        : waits;
    case 'cancelRunning': {
      const [oldest] = firm;
      const skipped = before.map((each): Owed => ({ kind: 'skip', name: each, reason: `${name} came after it` }));
      const stopped: readonly Owed[] = oldest === undefined ? [] : [{ kind: 'stop', name: oldest, by: name }];
      return {
        gate: { ...gate, queued: [name, ...behind], owed: [...owed, ...skipped, ...stopped] },
        answer: { kind: 'queued', ahead: 0 },
      };
    }
  }
};

/** Lets executions out, and as many of those that wait in as there is room for then. */
export const leave = (gate: Gate, names: readonly string[], maxRuns: number): Gate => {
  const staying = gate.running.filter((name) => !names.includes(name));
  const waiting = gate.queued.filter((name) => !names.includes(name));
  const next = waiting.slice(0, Math.max(0, maxRuns - staying.length));
  if (next.length === 0 && staying.length === gate.running.length && waiting.length === gate.queued.length) return gate;
  const left = { running: [...staying, ...next], queued: waiting.slice(next.length) };
  const here = new Set([...left.running, ...left.queued]);
  return {
    ...gate,
    ...left,
    ...(gate.givingWay ? { givingWay: gate.givingWay.filter((name) => here.has(name)) } : {}),
    owed: [...gate.owed, ...next.map((name): Owed => ({ kind: 'start', name }))],
  };
};

const under = (running: readonly string[]): string =>
  running.length === 1 ? `${running[0]} is under way` : `${running.length} runs are under way`;
