// What a person may ask of a backfill that is there: three commands of one form.
import type { BackfillStatus } from '../../records/index.ts';
import { findBackfill, showBackfill } from '../backfill/show.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { whoAmI } from '../redo.ts';
import { remark } from '../setting.ts';
import { openTarget, targetOptions } from '../target.ts';

interface Change {
  readonly verb: 'pause' | 'resume' | 'cancel';
  readonly says: string;
  readonly from: readonly BackfillStatus[];
  readonly to: BackfillStatus;
}

const changing = ({ verb, says, from, to }: Change): Command => ({
  words: `backfills ${verb}`,
  says,
  operands: [{ name: 'id', required: true }],
  options: {
    ...(verb === 'resume' ? { 'no-wait': { says: 'return at once' } } : {}),
    json: { says: 'the backfill as one object' },
    ...targetOptions,
  },
  run: async (given, setting) => {
    const target = await openTarget(given, setting, verb === 'resume' ? 'any' : 'none');
    try {
      const { id, pipeline } = await findBackfill(target, given.operands[0] ?? '');
      const ended = to === 'cancelled' ? { endedAt: new Date(setting.now()).toISOString() } : {};
      const change = { status: to, changedBy: whoAmI(), ...ended };
      const changed = await target.ledger.backfills.change(id, from, change);
      const { status } = changed ?? (await findBackfill(target, id));
      if (!changed && status !== to) throw refused(id, verb, status, from);
      if (!changed) remark(setting, [`${id} is ${status} already`]);
      if (verb !== 'resume') {
        const waits = { ...given, has: (option: string) => option === 'no-wait' || given.has(option) };
        await showBackfill(target, id, waits, setting);
        return 0;
      }
      await target.aws.call('sqs', 'SendMessage', {
        QueueUrl: target.manifest.startQueueUrl,
        MessageBody: JSON.stringify({ kind: 'advance', backfill: id, pipeline, look: true }),
      });
      return await showBackfill(target, id, given, setting);
    } finally {
      await target.close();
    }
  },
});

const refused = (id: string, verb: Change['verb'], status: BackfillStatus, from: readonly BackfillStatus[]): CliError =>
  new CliError(
    'HDL696',
    2,
    `the backfill ${id} is ${status}, so there is nothing to ${verb}`,
    `one that is ${from.join(' or ')}`,
    status === 'running' ? `see npx heddle backfills ${id}` : 'npx heddle backfill plans what is left of it',
  );

export const backfillsPause = changing({
  verb: 'pause',
  says: 'let no further run of a backfill start; those under way go on',
  from: ['running'],
  to: 'paused',
});

export const backfillsResume = changing({
  verb: 'resume',
  says: 'let a paused backfill go on',
  from: ['paused'],
  to: 'running',
});

export const backfillsCancel = changing({
  verb: 'cancel',
  says: 'end a backfill; its runs that are under way go on',
  from: ['running', 'paused'],
  to: 'cancelled',
});
