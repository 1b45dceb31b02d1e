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

/** Lets an execution in, or to the end of the queue, or not at all. Whoever is known already stays where it is. */
export const enter = (gate: Gate, name: string, { overlap, maxRuns, maxQueued }: AdmissionPolicy): Entered => {
  const { running, queued, owed } = gate;
  if (running.includes(name)) return { gate, answer: { kind: 'go' } };
  if (queued.includes(name)) return { gate, answer: { kind: 'queued', ahead: queued.indexOf(name) } };
  // Nobody overtakes who waits.
  if (queued.length === 0 && running.length < maxRuns)
    return { gate: { ...gate, running: [...running, name] }, answer: { kind: 'go' } };
  switch (overlap) {
    case 'skip':
      return { gate, answer: { kind: 'full', reason: `${under(running)}, and overlap is 'skip'` } };
    case 'queue':
      return queued.length >= maxQueued
        ? { gate, answer: { kind: 'full', reason: `${under(running)}, and ${queued.length} wait already (maxQueued)` } }
        : { gate: { ...gate, queued: [...queued, name] }, answer: { kind: 'queued', ahead: queued.length } };
    case 'cancelRunning': {
      const [oldest] = running;
      const skipped = queued.map((each): Owed => ({ kind: 'skip', name: each, reason: `${name} came after it` }));
      const stopped: readonly Owed[] = oldest === undefined ? [] : [{ kind: 'stop', name: oldest, by: name }];
      return {
        gate: { ...gate, queued: [name], owed: [...owed, ...skipped, ...stopped] },
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
  return {
    ...gate,
    running: [...staying, ...next],
    queued: waiting.slice(next.length),
    owed: [...gate.owed, ...next.map((name): Owed => ({ kind: 'start', name }))],
  };
};

const under = (running: readonly string[]): string =>
  running.length === 1 ? `${running[0]} is under way` : `${running.length} runs are under way`;
