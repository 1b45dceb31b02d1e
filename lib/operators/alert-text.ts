// What a person is told: what happened, where, since when, and the commands to type. One line without double quotes, for
// EventBridge hands texts on as JSON strings. Pure.
import {
  type LostStart,
  lostStartName,
  type RunEventFacts,
  type RunEventKind,
  type RunFacts,
} from '../records/index.ts';

export type AlertedRun = Pick<RunFacts, 'pipeline' | 'id' | 'partition'>;

/** An event about a run, whose detail depends on its kind. */
export type RunEvent = {
  [kind in RunEventKind]: { readonly kind: kind; readonly facts: RunEventFacts[kind] };
}[RunEventKind];

/**
 * The text for the alerts topic; undefined for what nobody has to act on. `options` end every command, such as ` --aws`.
 *
 * @example
 * alertText({ kind: 'checkFailed', facts: { stage: 'enough', severity: 'warn', cause: 'too few' } }, run, ' --aws');
 */
export const alertText = (event: RunEvent, run: AlertedRun, options: string): string | undefined => {
  const words = wordsOf(event, run, (command) => `npx heddle ${command}${options}`);
  return words && onOneLine(words);
};

/** The text of a trigger that could not start a run. */
export const lostStartText = (lost: LostStart, options: string): string => {
  const { pipeline, trigger, error, cause, firstAt } = lost;
  const letter = lostStartName(lost);
  return onOneLine([
    `A start of ${pipeline ?? 'some pipeline'} (${trigger}) failed, first at ${firstAt}: ${error}: ${because(cause)}.`,
    `Its message is kept. To see it: npx heddle dead-letters show ${letter}${options}.`,
    mended(`npx heddle dead-letters replay ${letter} --go${options}`),
  ]);
};

const onOneLine = (words: readonly string[]): string => words.join(' ').replace(/\s+/g, ' ').replaceAll('"', "'");

type Typed = (command: string) => string;

const wordsOf = (event: RunEvent, run: AlertedRun, typed: Typed): readonly string[] | undefined => {
  const { id } = run;
  const whole = `run ${id} of ${run.pipeline} (partition ${run.partition})`;
  const look = `To see it: ${typed(`run ${id}`)}.`;
  const goOn = typed(`resume ${id} --go`);
  const stop = typed(`cancel ${id} --go`);
  switch (event.kind) {
    case 'completed':
      return undefined;
    case 'failed': {
      const { status, since, cause } = event.facts;
      if (status !== 'failed') return undefined; // somebody stopped it, and knows
      const failed =
        since === undefined ? `The ${whole} failed before it began` : `The ${whole}, begun at ${since}, failed`;
      return [`${failed}: ${because(cause)}.`, look, mended(goOn)];
    }
    case 'deadLetter':
      return deadLetter(event.facts, run, whole, typed);
    case 'checkFailed': {
      const { stage, severity, cause } = event.facts;
      const [meaning, ...then] =
        severity === 'warn'
          ? ['It only warns: the run goes on.']
          : [
              'It fails the run.',
              `When the data is right: ${goOn}, or from the stage that gave it, with --from STAGE.`,
            ];
      return [`The check ${stage} of the ${whole} did not pass: ${because(cause)}.`, meaning ?? '', look, ...then];
    }
    case 'answerWanted': {
      const { stage, prompt, until, shown, command, wants } = event.facts;
      return [
        `${prompt} Asked by ${stage} of the ${whole}.`,
        `Until ${until}, answer with: ${command} where {…} holds ${wants}.`,
        `What to look at: ${shown}`,
      ];
    }
    case 'deadlineMissed': {
      const { since, deadline, underWay } = event.facts;
      const at = underWay.length === 0 ? 'No stage is under way.' : `Under way: ${underWay.join(', ')}.`;
      return [
        `The ${whole}, begun at ${since}, was to end by ${deadline} and has not.`,
        at,
        look,
        `To stop it: ${stop}; what is done stays, and ${goOn} lets it go on.`,
      ];
    }
    case 'stuck': {
      const { stage, since, limitSeconds } = event.facts;
      return [
        `The stage ${stage} of the ${whole} seems stuck: a sign of life was to come by ${since}, and none has in ${limitSeconds} s more.`,
        look,
        `To begin it anew: ${stop}, then ${goOn}.`,
      ];
    }
  }
};

const deadLetter = (
  { stage, item, items, error, cause, since }: RunEventFacts['deadLetter'],
  { id }: AlertedRun,
  whole: string,
  typed: Typed,
): readonly string[] => {
  const letter = `${id}/${stage}`;
  const replay = mended(typed(`dead-letters replay ${letter} --go`));
  const why = `${error}: ${because(cause)}`;
  if (items === undefined)
    return [
      `The stage ${stage} of the ${whole} failed for good, first at ${since}: ${why}.`,
      `It waits as a dead letter. To see it: ${typed(`dead-letters show ${letter}`)}.`,
      replay,
    ];
  return [
    `${items} ${items === 1 ? 'item' : 'items'} of the map ${stage} of the ${whole} failed for good, first at ${since}.`,
    `The first is item ${item}: ${why}.`,
    `To see them: ${typed(`dead-letters list ${id} --stage ${stage}`)}.`,
    replay,
  ];
};

const mended = (command: string): string => `When the cause is mended: ${command}`;

const longestCause = 500;

const because = (cause: string | undefined): string => {
  const text = (cause ?? 'no cause was given').replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return text.length <= longestCause ? text : `${text.slice(0, longestCause)}…`;
};
