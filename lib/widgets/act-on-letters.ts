// Dead letters, replayed or discarded from a dashboard.
import { likeness } from '../console/index.ts';
import { discardLetters, isOpen, replayLetters } from '../ledger/index.ts';
import type { Services } from '../operators/index.ts';
import { type DeadLetter, letterName, type PipelineManifest } from '../records/index.ts';
import { eachAtOnce } from '../support/each-at-once.ts';
import { by, nothingDone, type Pressed } from './answers.ts';
import { cutCause } from './cut.ts';

/** Dead letters that one click has done again or closed. */
const mostLetters = 500;

const runsAtOnce = 20;

/** The open ones that a button means: one by its name, those of a run by the run's, or all that failed alike. */
const meantBy = async (
  { pipeline, given }: Pressed,
  { ledger, manifests }: Services,
): Promise<{ readonly letters: readonly DeadLetter[]; readonly manifest: PipelineManifest } | undefined> => {
  const [id, stage, error, cause = ''] = ['id', 'stage', 'error', 'cause'].map(given);
  const isMeant = (letter: DeadLetter): boolean =>
    id === undefined
      ? letter.stage === stage && letter.error === error && likeness(cutCause(letter.cause)) === likeness(cause)
      : letterName(letter) === id || letter.run === id;
  const [run = ''] = id?.split('/') ?? [];
  const open =
    id === undefined
      ? await ledger.deadLetters.open(pipeline, mostLetters)
      : (await ledger.deadLetters.list(pipeline, run)).filter(isOpen).slice(0, mostLetters);
  const letters = open.filter(isMeant);
  const manifest = await manifests.of(pipeline);
  return letters.length === 0 || !manifest ? undefined : { letters, manifest };
};

const notOpen = nothingDone('no such dead letter is open', 'one that waits');

export const replay = async (pressed: Pressed, services: Services): Promise<string> => {
  const { ledger, aws } = services;
  const meant = await meantBy(pressed, services);
  if (!meant) return notOpen;
  const { letters, manifest } = meant;
  const over = new Set<string>();
  await eachAtOnce([...new Set(letters.map(({ run }) => run))], runsAtOnce, async (run) => {
    if ((await ledger.runs.get(pressed.pipeline, run))?.endedAt !== undefined) over.add(run);
    return undefined;
  });
  const able = letters.filter(({ run }) => over.has(run));
  // All at once: for each call the queue is looked through.
  if (able.length > 0) await replayLetters(aws, ledger, manifest, able, { by, because: 'replayed from a dashboard' });
  const waiting = letters.length - able.length;
  const later = waiting > 0 ? ` ${waiting} wait for the end of their runs: replay them then.` : '';
  return `${able.length} of ${letters.length} dead letters of ${pressed.pipeline} are sent to be done again.${later}`;
};

export const discard = async (pressed: Pressed, services: Services): Promise<string> => {
  const { ledger, aws, now } = services;
  const meant = await meantBy(pressed, services);
  if (!meant) return notOpen;
  const { letters, manifest } = meant;
  const because = pressed.filled('because') ?? 'discarded from a dashboard, without a reason';
  const closed = { by, at: new Date(now()).toISOString(), because };
  const discarded = await discardLetters(aws, ledger, manifest, letters, closed);
  return `${discarded} of ${letters.length} dead letters of ${pressed.pipeline} are discarded: ${because}`;
};
