// What waits for a person: open dead letters, and questions of runs.
import type { ApprovalsFacts, LetterFacts, LettersFacts } from '../../console/index.ts';
import { openQuestions } from '../../ledger/index.ts';
import type { DeadLetter, LostStart } from '../../records/index.ts';
import type { Desk } from './desk.ts';
import { knownOf } from './known.ts';

/** Open dead letters of a pipeline on the page. */
const lettersEach = 500;
/** Runs under way that are looked through for questions. */
const mostLooked = 200;

const isOpenStart = ({ state = 'open' }: LostStart): boolean => state === 'open';

/** Of all pipelines, or of one. */
export const readLetters = async (desk: Desk, pipeline: string | undefined): Promise<LettersFacts> => {
  const { ledger, manifest } = desk.target;
  const names = pipeline === undefined ? manifest.pipelines : [pipeline];
  const [starts, ...lists] = await Promise.all([
    ledger.lostStarts.list(),
    ...names.map((name) => ledger.deadLetters.open(name, lettersEach + 1)),
  ]);
  return {
    letters: lists.flatMap((list) => list.slice(0, lettersEach)),
    starts: starts.filter((lost) => isOpenStart(lost) && (pipeline === undefined || lost.pipeline === pipeline)),
    beyond: lists.some((list) => list.length > lettersEach),
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
  return {
    letter,
    input: input ? await knownOf(() => ledger.payloads.load(input)) : { missing: 'Nothing was stored of it.' },
  };
};

export const readApprovals = async ({ target: { ledger } }: Pick<Desk, 'target'>): Promise<ApprovalsFacts> => {
  const { questions, ...looked } = await openQuestions(ledger, mostLooked);
  return {
    ...looked,
    questions: await Promise.all(
      questions.map(async ({ pipeline, run, partition, question, ...rest }) => ({
        ...rest,
        run: { pipeline, run, partition },
        question,
        shown: await knownOf(() => ledger.payloads.load(question.shown)),
      })),
    ),
  };
};
