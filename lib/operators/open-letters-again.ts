// What an execution of a run was to do again and did not come to waits for a person again: in the ledger, and on the queue.
import type { Services } from './services.ts';

export const openLettersAgain = (
  at: { readonly pipeline: string; readonly run: string; readonly generation: number },
  completed: ReadonlySet<string>,
  { ledger, manifests }: Pick<Services, 'ledger' | 'manifests'>,
): Promise<void> => {
  let manifest: ReturnType<typeof manifests.of> | undefined;
  return ledger.deadLetters.reopen(at, completed, async () => {
    manifest ??= manifests.of(at.pipeline); // once: SSM answers 40 times a second
    return (await manifest)?.deadLetterQueueUrl;
  });
};
