// The questions that runs wait with for a person.
import type { OpenRun, StageRecord } from '../records/index.ts';
import type { OpenRuns } from './open-runs.ts';
import type { Runs } from './runs.ts';
import type { Stages } from './stages.ts';

/** A question, with the partition of its run. */
export interface OpenQuestion extends Required<Pick<StageRecord, 'stage' | 'question'>>, OpenRun {
  readonly partition: string;
  readonly since: string | undefined;
  readonly until: string | undefined;
}

export interface OpenQuestions {
  /** The oldest first. */
  readonly questions: readonly OpenQuestion[];
  /** Runs under way that were looked through. */
  readonly looked: number;
  /** There are more. */
  readonly beyond: boolean;
}

const atOnce = 20;
/** Later than any run is to be looked at. */
const everAfter = '9999';

/** Of up to `most` runs under way. */
export const openQuestions = async (
  ledger: { readonly openRuns: OpenRuns; readonly runs: Runs; readonly stages: Stages },
  most: number,
): Promise<OpenQuestions> => {
  const questionsOf = async (at: OpenRun): Promise<readonly OpenQuestion[]> => {
    const states = await ledger.stages.listStates(at.pipeline, at.run);
    const waiting = states.filter(({ status }) => status === 'waiting');
    if (waiting.length === 0) return [];
    const [run, ...asked] = await Promise.all([
      ledger.runs.get(at.pipeline, at.run),
      ...waiting.map(({ stage }) => ledger.stages.get({ ...at, stage })),
    ]);
    return asked.flatMap((record) => {
      if (!record?.question || record.status !== 'waiting') return [];
      const { stage, question, startedAt: since, until } = record;
      return [{ ...at, stage, question, since, until, partition: run?.partition ?? at.run }];
    });
  };
  const due = await ledger.openRuns.due(everAfter, most + 1);
  const open = due.slice(0, most);
  const questions: OpenQuestion[] = [];
  for (let start = 0; start < open.length; start += atOnce) {
    const found = await Promise.all(open.slice(start, start + atOnce).map(questionsOf));
    questions.push(...found.flat());
  }
  return {
    questions: questions.toSorted((a, b) => (a.since ?? '').localeCompare(b.since ?? '')),
    looked: open.length,
    beyond: due.length > most,
  };
};
