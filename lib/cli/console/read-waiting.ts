// What waits for a person: open dead letters, and questions of runs.
import type { ApprovalsFacts, LetterFacts, LettersFacts, OpenQuestion } from '../../console/index.ts';
import type { DeadLetter, Json, LostStart } from '../../records/index.ts';
import type { Desk } from './desk.ts';
import { everAfter } from './read.ts';

/** Open dead letters of a pipeline on the page. */
const lettersEach = 500;
/** Runs under way that are looked through for questions. */
const mostLooked = 200;
const atOnce = 20;

const isOpenStart = ({ state = 'open' }: LostStart): boolean => state === 'open';

/** Of all pipelines, or of one. */
export const readLetters = async (desk: Desk, pipeline: string | undefined): Promise<LettersFacts> => {
  const { ledger, manifest } = desk.target;
  const names = pipeline === undefined ? manifest.pipelines : [pipeline];
  const [starts, ...lists] = await Promise.all([
    ledger.lostStarts.list(),
    ...names.map((name) => ledger.deadLetters.open(name, lettersEach)),
  ]);
  return {
    letters: lists.flat(),
    starts: starts.filter((lost) => isOpenStart(lost) && (pipeline === undefined || lost.pipeline === pipeline)),
    each: lettersEach,
    ...(pipeline === undefined ? {} : { pipeline }),
  };
};

/** Undefined where there is no such letter. */
export const readLetter = async (
  { target: { ledger } }: Desk,
  at: Pick<DeadLetter, 'pipeline' | 'run' | 'stage' | 'item'>,
): Promise<LetterFacts | undefined> => {
  const letter = await ledger.deadLetters.get(at);
  if (!letter) return undefined;
  const { input } = letter;
  if (!input) return { letter, input: { missing: 'Nothing was stored of it.' } };
  if (input.kind === 'object' && !(await ledger.payloads.exists(input)))
    return { letter, input: { missing: 'The object that held it is gone from the payload bucket.' } };
  return { letter, input: { value: (await ledger.payloads.load(input)) as Json } }; // stored as JSON
};

export const readApprovals = async (desk: Pick<Desk, 'target'>): Promise<ApprovalsFacts> => {
  const { ledger } = desk.target;
  const open = await ledger.openRuns.due(everAfter, mostLooked);
  const questions: OpenQuestion[] = [];
  for (let start = 0; start < open.length; start += atOnce) {
    const found = await Promise.all(open.slice(start, start + atOnce).map((run) => questionsOf(desk, run)));
    questions.push(...found.flat());
  }
  return {
    questions: questions.toSorted((a, b) => (a.since ?? '').localeCompare(b.since ?? '')),
    looked: open.length,
    beyond: open.length === mostLooked,
  };
};

const questionsOf = async (
  { target: { ledger } }: Pick<Desk, 'target'>,
  { pipeline, run }: { readonly pipeline: string; readonly run: string },
): Promise<readonly OpenQuestion[]> => {
  const states = await ledger.stages.listStates(pipeline, run);
  const waiting = states.filter(({ status }) => status === 'waiting');
  if (waiting.length === 0) return [];
  const record = await ledger.runs.get(pipeline, run);
  const found = await Promise.all(
    waiting.map(async ({ stage }): Promise<readonly OpenQuestion[]> => {
      const asked = await ledger.stages.get({ pipeline, run, stage });
      if (!asked?.question || asked.status !== 'waiting') return [];
      const { question, startedAt, until } = asked;
      const shown = (await ledger.payloads.load(question.shown)) as Json; // stored as JSON
      return [
        {
          run: { pipeline, run, partition: record?.partition ?? run },
          stage,
          question,
          shown,
          since: startedAt,
          until,
        },
      ];
    }),
  );
  return found.flat();
};
