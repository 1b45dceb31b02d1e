// What a person reads in the mail: in full, for each kind of event.
import { expect, test } from '@jest/globals';
import { alertText, type RunEvent } from '../../lib/operators/alert-text.ts';

const run = { pipeline: 'orders', id: '2026-01-01-ab12', partition: '2026-01-01' };
const since = '2026-01-01T03:00:00.000Z';
const place = 'run 2026-01-01-ab12 of orders (partition 2026-01-01)';
const look = 'To see it: npx heddle run 2026-01-01-ab12 --aws.';

const rows: readonly (readonly [what: string, event: RunEvent, text: string | undefined])[] = [
  ['a run completed: nobody has to act', { kind: 'completed', facts: { status: 'completed' } }, undefined],
  ['a run was cancelled: somebody did', { kind: 'failed', facts: { status: 'cancelled', since } }, undefined],
  [
    'a run failed',
    { kind: 'failed', facts: { status: 'failed', since, cause: 'score failed: Heddle.Permanent:\n no "rows".' } },
    `The ${place}, begun at ${since}, failed: score failed: Heddle.Permanent: no 'rows'. ${look} When the cause is mended: npx heddle resume 2026-01-01-ab12 --go --aws`,
  ],
  [
    'a run failed before it began',
    { kind: 'failed', facts: { status: 'failed' } },
    `The ${place} failed before it began: no cause was given. ${look} When the cause is mended: npx heddle resume 2026-01-01-ab12 --go --aws`,
  ],
  [
    'a dead letter of a stage',
    { kind: 'deadLetter', facts: { stage: 'score', error: 'Heddle.Timeout', cause: 'out of time', since } },
    `The stage score of the ${place} failed for good, first at ${since}: Heddle.Timeout: out of time. It waits as a dead letter. To see it: npx heddle dead-letters show 2026-01-01-ab12/score --aws. When the cause is mended: npx heddle dead-letters replay 2026-01-01-ab12/score --go --aws`,
  ],
  [
    'dead letters of a map',
    {
      kind: 'deadLetter',
      facts: { stage: 'score', item: 7, items: 12, error: 'Heddle.Permanent', cause: 'no', since },
    },
    `12 items of the map score of the ${place} failed for good, first at ${since}. The first is item 7: Heddle.Permanent: no. To see them: npx heddle dead-letters list 2026-01-01-ab12 --stage score --aws. When the cause is mended: npx heddle dead-letters replay 2026-01-01-ab12/score --go --aws`,
  ],
  [
    'a check that warns',
    { kind: 'checkFailed', facts: { stage: 'enough', severity: 'warn', cause: 'rows (3) ≥ 10' } },
    `The check enough of the ${place} did not pass: rows (3) ≥ 10. It only warns: the run goes on. ${look}`,
  ],
  [
    'a check that fails',
    { kind: 'checkFailed', facts: { stage: 'enough', severity: 'fail', cause: 'rows (3) ≥ 10' } },
    `The check enough of the ${place} did not pass: rows (3) ≥ 10. It fails the run. ${look} When the data is right: npx heddle resume 2026-01-01-ab12 --go --aws, or from the stage that gave it, with --from STAGE.`,
  ],
  [
    'a question',
    {
      kind: 'answerWanted',
      facts: {
        stage: 'ship',
        prompt: 'Ship it?',
        until: since,
        shown: '{"rows":3}',
        command: "npx heddle answer 2026-01-01-ab12 ship --json '{…}' --aws",
        wants: 'ok: boolean',
      },
    },
    `Ship it? Asked by ship of the ${place}. Until ${since}, answer with: npx heddle answer 2026-01-01-ab12 ship --json '{…}' --aws where {…} holds ok: boolean. What to look at: {'rows':3}`,
  ],
  [
    'a deadline that was missed',
    { kind: 'deadlineMissed', facts: { since, deadline: '2026-01-01T04:00:00.000Z', underWay: ['score', 'sum'] } },
    `The ${place}, begun at ${since}, was to end by 2026-01-01T04:00:00.000Z and has not. Under way: score, sum. ${look} To stop it: npx heddle cancel 2026-01-01-ab12 --go --aws; what is done stays, and npx heddle resume 2026-01-01-ab12 --go --aws lets it go on.`,
  ],
  [
    'a stage that is stuck',
    { kind: 'stuck', facts: { stage: 'score', since, limitSeconds: 120 } },
    `The stage score of the ${place} seems stuck: a sign of life was to come by ${since}, and none has in 120 s more. ${look} To begin it anew: npx heddle cancel 2026-01-01-ab12 --go --aws, then npx heddle resume 2026-01-01-ab12 --go --aws.`,
  ],
];

test.each(rows)('%s', (_, event, text) => {
  expect(alertText(event, run, ' --aws')).toBe(text);
});

test('a cause without end is cut', () => {
  const facts = { status: 'failed', since, cause: 'x'.repeat(10_000) };
  expect(alertText({ kind: 'failed', facts }, run, '')).toContain(`${'x'.repeat(500)}….`);
});
