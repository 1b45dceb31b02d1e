// A person closes dead letters that nobody is to replay: off the queue that an alarm looks at, then in the ledger. Who dies in between
// leaves them open, so that whoever asks again finds them.
import { type DeadLetter, discardedEntry, type PipelineManifest } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';
import type { Audit } from './audit.ts';
import type { DeadLetters } from './dead-letters.ts';
import { takeOut } from './take-out.ts';

/** Dead letters of one pipeline; gives how many were open. Done again it does nothing more. */
export const discardLetters = async (
  aws: Aws,
  { deadLetters, audit }: { readonly deadLetters: DeadLetters; readonly audit: Audit },
  { deadLetterQueueUrl }: Pick<PipelineManifest, 'deadLetterQueueUrl'>,
  letters: readonly DeadLetter[],
  closed: { readonly by: string; readonly at: string; readonly because: string },
): Promise<number> => {
  await takeOut(aws, deadLetters, deadLetterQueueUrl, letters);
  let discarded = 0;
  for (const letter of letters) {
    if (!(await deadLetters.discard(letter, closed))) continue;
    discarded += 1;
    const { by: closedBy, at: closedAt, because } = closed;
    // A crash before this loses no line: `historyOf` reads it from the letter, and who opens that again stores it.
    await audit.record(letter.pipeline, letter.run, discardedEntry({ ...letter, closedBy, closedAt, because }));
  }
  return discarded;
};
