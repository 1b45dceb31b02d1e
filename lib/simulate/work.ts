// A run's load, worked out once for all runs: what each step costs, which steps follow it.
import type { Call, LoadStep, RunLoad } from '../asl/index.ts';
import type { KeyCosts, LedgerKeys } from './ledger-keys.ts';

export interface WorkStep {
  readonly seconds: number;
  readonly times: number;
  readonly atOnce: number;
  /** Of the operators' functions, which all pipelines share, or of the pipeline's own; undefined where it calls none. */
  readonly lambda: { readonly shared: boolean; readonly place: number } | undefined;
  readonly throttled: readonly number[];
  /** How many steps end before it begins. */
  readonly needs: number;
  /** The steps that may begin when it has ended. */
  readonly next: readonly number[];
  readonly standard: boolean;
  /** When a call begins: the claim of what it works on. */
  readonly first: KeyCosts;
  /** When it ends. */
  readonly last: KeyCosts;
  readonly reads: number;
  readonly events: number;
  readonly puts: number;
}

export interface Work {
  readonly steps: readonly WorkStep[];
  /** Steps that begin with the execution. */
  readonly initial: readonly number[];
  readonly start: KeyCosts;
  /** Of what a run does when its execution has ended, where it does anything. */
  readonly end: KeyCosts | undefined;
  readonly startReads: number;
  /** Functions: of operators, and of the pipeline. */
  readonly shared: readonly string[];
  readonly own: readonly string[];
}

const sumOf = (calls: readonly Call[], of: (call: Call) => number): number =>
  calls.reduce((sum, call) => sum + of(call) * call.times, 0);
const readsOf = (calls: readonly Call[]): number => sumOf(calls, (call) => (call.kind === 'read' ? call.units : 0));
const countOf = (calls: readonly Call[], kind: Call['kind']): number =>
  sumOf(calls, (call) => (call.kind === kind ? 1 : 0));

export const workOf = (load: RunLoad, keys: LedgerKeys): Work => {
  const shared: string[] = ['operator_dispatch'];
  const own: string[] = [];
  const placeIn = (names: string[], name: string): number =>
    names.includes(name) ? names.indexOf(name) : names.push(name) - 1;
  const next = load.steps.map((): number[] => []);
  for (const [at, { after }] of load.steps.entries()) for (const before of new Set(after)) next[before]?.push(at);

  const stepOf = (step: LoadStep, at: number): WorkStep => {
    const { calls, lambda } = step;
    const isShared = lambda?.startsWith('operator_') ?? false;
    const all = keys.costsOf(calls);
    // A call that writes twice under its run's key claims first.
    const spread = Math.max(1, ...calls.map((call) => (call.kind === 'write' ? (call.keys ?? 1) : 1)));
    const claimed = lambda !== undefined && all.own * spread >= 2 ? 1 : 0;
    const first = { own: claimed / spread, units: claimed, shared: [] };
    return {
      seconds: step.seconds,
      times: step.times,
      atOnce: step.atOnce,
      lambda: lambda === undefined ? undefined : { shared: isShared, place: placeIn(isShared ? shared : own, lambda) },
      throttled: step.throttled,
      needs: new Set(step.after).size,
      next: next[at] ?? [],
      standard: countOf(calls, 'transition') > 0,
      first,
      last: { ...all, own: all.own - claimed / spread, units: all.units - claimed },
      reads: readsOf(calls),
      events: countOf(calls, 'tell'),
      puts: countOf(calls, 'put'),
    };
  };
  const steps = load.steps.map(stepOf);
  return {
    steps,
    initial: steps.flatMap(({ needs }, at) => (needs === 0 ? [at] : [])),
    start: keys.costsOf(load.start),
    end: load.end.length > 0 ? keys.costsOf(load.end) : undefined,
    startReads: readsOf(load.start),
    shared,
    own,
  };
};
