// Dead letters: the ledger's record first, then the SQS message, then a mark that it was sent.
import { type DeadLetter, deadLetterKey } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';
import type { Table } from './table.ts';

export interface DeadLetters {
  /**
   * Records a dead letter and sends it to the queue. A repeat sends nothing; a crash between the two is mended by the
   * repeat, at worst with a second message of the same `id`.
   */
  write(letter: DeadLetter, queueUrl: string): Promise<void>;
  list(pipeline: string, run: string): Promise<readonly DeadLetter[]>;
}

export const openDeadLetters = (aws: Aws, table: Table): DeadLetters => ({
  write: async (letter, queueUrl) => {
    const key = deadLetterKey(letter.pipeline, letter.run, letter.stage, letter.item);
    const isNew = await table.create(key, { ...letter, notified: false });
    if (!isNew && (await table.get<{ notified: boolean }>(key))?.notified === true) return;
    await aws.call('sqs', 'SendMessage', {
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify({ id: `${key.pk}/${key.sk}`, ...letter, input: undefined }),
    });
    await table.update({ key, set: { notified: true }, condition: 'attribute_exists(pk)' });
  },

  list: (pipeline, run) => table.list(`run#${pipeline}#${run}`, 'dead#'),
});
