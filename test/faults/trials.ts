// Many trials: every ten of them on a pipeline of their own.
import { graphOf, validate } from '../../lib/graph/index.ts';
import { openBench, type Wrapper } from '../../lib/verify/bench.ts';
import { grow } from './grow.ts';
import { runTrial, type Trial } from './trial.ts';

export type { Trial } from './trial.ts';

export interface Trials {
  readonly runs: number;
  readonly seed: string;
  /** Only the trial of this seed. */
  readonly only?: string | undefined;
  readonly wrapper?: Wrapper;
  onTrial(trial: Trial): void;
}

const runsOfOne = 10;

/** Runs them one after the other. The same seed gives the same trials. */
export const runTrials = async ({ runs, seed, only, wrapper, onTrial }: Trials): Promise<void> => {
  for (let first = 0; first < runs; first += runsOfOne) {
    const of = `${seed}.${first / runsOfOne}`;
    const seeds = Array.from({ length: Math.min(runsOfOne, runs - first) }, (_, n) => `${of}.${n}`).filter(
      (one) => only === undefined || one === only,
    );
    if (seeds.length === 0) continue;
    const pipeline = grow(of);
    const wrong = validate([pipeline]).filter(({ severity }) => severity === 'error');
    if (wrong.length > 0) throw new Error(`${of} is no pipeline: ${JSON.stringify(wrong)}`);
    const graph = graphOf(pipeline);
    const bench = await openBench(graph, wrapper);
    try {
      for (const one of seeds) onTrial(await runTrial(bench, graph, one));
    } finally {
      await bench.close();
    }
  }
};
