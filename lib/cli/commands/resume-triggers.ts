import { type Pause, passedOver, type StartMessage } from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { print, remark } from '../setting.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';
import { toldOf, triggersOf } from './pause.ts';

const lookEveryMs = 100;
const longestWaitMs = 60_000;

export const resumeTriggers: Command = {
  words: 'resume-triggers',
  says: 'end a pause: what it held starts, in order',
  operands: [{ name: 'pipeline', required: true }],
  options: {
    trigger: { value: 'T', says: 'only the pause of this one (default: every pause of the pipeline)' },
    go: { says: 'do it; without it what would start is printed' },
    ...targetOptions,
  },
  run: async (given, setting) => {
    const target = await openTarget(given, setting);
    try {
      const manifest = await target.pipeline(given.operands[0] ?? '');
      const { pipeline } = manifest;
      const trigger = given.text('trigger');
      triggersOf(manifest, trigger);
      const pauses = (await target.ledger.pauses.list(pipeline)).filter(
        (pause) => trigger === undefined || pause.trigger === trigger,
      );
      if (pauses.length === 0) {
        print(setting, [`Nothing of ${pipeline} is paused${trigger === undefined ? '' : ` for ${trigger} alone`}.`]);
        return 0;
      }
      for (const pause of pauses) print(setting, await planOf(target, pipeline, pause));
      if (!given.has('go')) {
        remark(setting, ['', 'Nothing is done yet: add --go.']);
        return 0;
      }
      for (const { id } of pauses) {
        await target.ledger.pauses.end(pipeline, id, new Date(setting.now()).toISOString());
        const message: StartMessage = { kind: 'release', pipeline, pause: id };
        await target.aws.call('sqs', 'SendMessage', {
          QueueUrl: target.manifest.startQueueUrl,
          MessageBody: JSON.stringify(message),
        });
      }
      await released(target, pipeline, pauses);
      print(setting, [`The triggers of ${pipeline} start runs again.`]);
      return 0;
    } finally {
      await target.close();
    }
  },
};

const planOf = async ({ ledger }: Target, pipeline: string, pause: Pause): Promise<readonly string[]> => {
  const all = await ledger.pauses.held(pipeline, pause.id);
  const left = all.filter(({ done }) => !done);
  const starts = left.filter((held) => passedOver(held, all) === undefined);
  const skipped = left.length - starts.length;
  return [
    `Paused: ${toldOf(pause)}`,
    `  ${starts.length} held run${starts.length === 1 ? '' : 's'} would start${skipped > 0 ? `, ${skipped} be skipped (catchUp 'last')` : ''}`,
    ...starts.slice(0, 20).map(({ run, trigger, time }) => `  ${run}  ${trigger}  ${time}`),
    ...(starts.length > 20 ? [`  … and ${starts.length - 20} more`] : []),
  ];
};

/** Waits until all that was held has gone on. Throws CliError HDL682 when it has not within a minute. */
const released = async ({ ledger, manifest }: Target, pipeline: string, ended: readonly Pause[]): Promise<void> => {
  const deadline = performance.now() + longestWaitMs;
  while (performance.now() < deadline) {
    const left = await ledger.pauses.list(pipeline);
    if (!left.some(({ id }) => ended.some((pause) => pause.id === id))) return;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  throw new CliError(
    'HDL682',
    1,
    `the pause of ${pipeline} has ended, but not all that it held has started within a minute`,
    'dispatch to start it',
    `wait, and ask again; else see the logs of the dispatch function and the queue ${manifest.startDeadLetterQueueUrl}`,
  );
};
