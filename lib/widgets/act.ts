// What the buttons of a dashboard do. A function of its own: who may look at a dashboard may call the one that shows, and only who may
// call this one can change something. CloudWatch does not say who chose the button, so that is recorded as done from a dashboard.
import { html, textOf } from '../console/index.ts';
import { isOpen, replayLetters } from '../ledger/index.ts';
import type { Services } from '../operators/index.ts';
import { type DeadLetter, isExpressArn, letterName } from '../records/index.ts';
import { cutCause } from './cut.ts';
import { framed, type WidgetEvent } from './widget.ts';

export interface ActionEvent extends Pick<WidgetEvent, 'describe' | 'widgetContext'> {
  readonly action?: unknown;
  readonly [field: string]: unknown;
}

/** Dead letters that one click has done again. */
const mostLetters = 500;
const by = 'a dashboard of CloudWatch';

const field = (event: ActionEvent, name: string): string | undefined => {
  const value = event[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/**
 * HDL853: a button of a dashboard asks for something that is done already, or is not there any more: the dead letters were replayed or
 * discarded, the run has ended, has not begun or is an Express execution, which AWS does not stop. Nothing is done. Fix: refresh the dashboard.
 *
 * HDL854: the function that acts for dashboards was called with an action that it does not know. Fix: call it from a dashboard of the
 * same deployment, which has the buttons that it knows.
 */
const nothingDone = (found: string, expected: string): string =>
  `HDL853: ${found}; expected ${expected}. Nothing is done. Fix: refresh the dashboard`;

const replay = async (event: ActionEvent, pipeline: string, { ledger, manifests, aws }: Services): Promise<string> => {
  const [id, stage, error, cause] = ['id', 'stage', 'error', 'cause'].map((name) => field(event, name));
  const isMeant = (letter: DeadLetter): boolean =>
    isOpen(letter) &&
    (id === undefined
      ? letter.stage === stage && letter.error === error && cutCause(letter.cause) === (cause ?? '')
      : letterName(letter) === id);
  const letters = (await ledger.deadLetters.open(pipeline, mostLetters)).filter(isMeant);
  const manifest = await manifests.of(pipeline);
  if (letters.length === 0 || !manifest) return nothingDone('no such dead letter is open', 'one that waits');
  const runs = [...new Set(letters.map(({ run }) => run))];
  let [sent, waiting] = [0, 0];
  for (const run of runs) {
    const own = letters.filter((letter) => letter.run === run);
    const record = await ledger.runs.get(pipeline, run);
    if (record?.endedAt === undefined) waiting += own.length;
    else {
      await replayLetters(aws, manifest, own, { by, because: 'replayed from a dashboard' });
      sent += own.length;
    }
  }
  const later = waiting > 0 ? ` ${waiting} wait for the end of their runs: replay them then.` : '';
  return `${sent} of ${letters.length} dead letters of ${pipeline} are sent to be done again.${later}`;
};

const cancel = async (event: ActionEvent, pipeline: string, { ledger, aws }: Services): Promise<string> => {
  const id = field(event, 'run') ?? '';
  const run = await ledger.runs.get(pipeline, id);
  const { executionArn, endedAt, status } = run ?? {};
  if (endedAt !== undefined || executionArn === undefined || isExpressArn(executionArn))
    return nothingDone(`the run ${id} of ${pipeline} is ${status ?? 'not there'}`, 'a Standard execution under way');
  await aws.call('states', 'StopExecution', { executionArn, error: 'Heddle.Cancelled', cause: `stopped by ${by}` });
  return `The run ${id} of ${pipeline} is being stopped.`;
};

/** The answer to a button: what was done, as HTML for a pop-up. */
export const act = async (event: ActionEvent, services: Services): Promise<string | { readonly markdown: string }> => {
  if (event.describe !== undefined)
    return { markdown: '### Heddle\nDoes what the buttons of Heddle’s widgets say. It shows nothing by itself.' };
  const pipeline = field(event, 'pipeline');
  const done =
    pipeline !== undefined && event.action === 'replay'
      ? await replay(event, pipeline, services)
      : pipeline !== undefined && event.action === 'cancel'
        ? await cancel(event, pipeline, services)
        : 'HDL854: the action is not known; expected replay or cancel, of a pipeline. Fix: use a button of the dashboard';
  return framed(textOf(html`<p class="lead">${done}</p>`), event);
};
