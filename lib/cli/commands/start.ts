import { checkedPipeline } from '../checked-pipeline.ts';
import type { Command } from '../command.ts';
import { inputFor, startAndFollow, startOptions } from '../start-and-follow.ts';
import { openTarget, targetOptions } from '../target.ts';

export const start: Command = {
  words: 'start',
  says: 'ask for a run, here or in AWS, and follow it',
  operands: [{ name: 'pipeline', required: true }],
  options: {
    ...startOptions,
    'no-wait': { says: 'return once the run is recorded' },
    ...targetOptions,
  },
  run: async (given, setting) => {
    const pipeline = await checkedPipeline(setting, given.operands[0] ?? '');
    const input = await inputFor(pipeline, given, setting);
    const target = await openTarget(given, setting);
    try {
      return await startAndFollow(pipeline, input, target, given, setting);
    } finally {
      await target.close();
    }
  },
};
