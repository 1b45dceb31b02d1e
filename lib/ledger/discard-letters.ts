// A person closes dead letters that nobody is to replay: in the ledger first, then off the queue that an alarm looks at.
import { type DeadLetter, letterName, type PipelineManifest } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';
import { sha256 } from '../support/sha256.ts';
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
  let discarded = 0;
  for (const letter of letters) {
    if (!(await deadLetters.discard(letter, closed))) continue;
    discarded += 1;
    const { by, at, because } = closed;
    const id = `discarded#${sha256(`${letterName(letter)} ${letter.lastAt}`).slice(0, 12)}`;
    const detail = `${letterName(letter)}: ${because}`;
    await audit.record(letter.pipeline, letter.run, { id, at, by, what: 'discarded', detail });
  }
  await takeOut(aws, deadLetterQueueUrl, new Set(letters.map(letterName)));
  return discarded;
};
