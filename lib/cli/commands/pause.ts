import { randomBytes } from 'node:crypto';
import { type Pause, type PipelineManifest, pauseOf } from '../../records/index.ts';
import { nearest } from '../../support/nearest.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { whoAmI } from '../redo.ts';
import { print, remark } from '../setting.ts';
import { openTarget, targetOptions } from '../target.ts';

export const pause: Command = {
  words: 'pause',
  says: 'hold what the triggers of a pipeline start, until heddle resume-triggers',
  operands: [{ name: 'pipeline', required: true }],
  options: {
    trigger: { value: 'T', says: 'only this one, such as schedule1 (default: all of the pipeline)' },
    go: { says: 'do it; without it what would be held is printed' },
    because: { value: 'TEXT', says: 'why, for whoever finds it paused' },
    ...targetOptions,
  },
  notes: ['What a person starts, and what a stage of another pipeline waits for, is never held.'],
  run: async (given, setting) => {
    const target = await openTarget(given, setting);
    try {
      const manifest = await target.pipeline(given.operands[0] ?? '');
      const { pipeline } = manifest;
      const trigger = given.text('trigger');
      const triggers = triggersOf(manifest, trigger);
      const pauses = await target.ledger.pauses.list(pipeline);
      const before = triggers.map((name) => pauseOf(pauses, name));
      if (before.every((found) => found !== undefined)) {
        print(
          setting,
          before.slice(0, 1).map((found) => `${pipeline} is paused already: ${toldOf(found)}`),
        );
        return 0;
      }
      if (!given.has('go')) {
        print(setting, [
          `What ${triggers.join(', ')} of ${pipeline} ask${triggers.length === 1 ? 's' : ''} for would be held.`,
        ]);
        remark(setting, ['', 'Nothing is done yet: add --go.']);
        return 0;
      }
      const because = given.text('because');
      const made: Pause = {
        id: `${new Date(setting.now()).toISOString()}-${randomBytes(3).toString('hex')}`,
        by: whoAmI(),
        at: new Date(setting.now()).toISOString(),
        ...(trigger === undefined ? {} : { trigger }),
        ...(because === undefined ? {} : { because }),
      };
      await target.ledger.pauses.add(pipeline, made);
      print(setting, [
        `${pipeline} is paused: what ${triggers.join(', ')} ask${triggers.length === 1 ? 's' : ''} for is held until heddle resume-triggers ${pipeline}.`,
      ]);
      return 0;
    } finally {
      await target.close();
    }
  },
};

/** `paused schedule1 by ada with heddle at 2026-01-01T00:00:00.000Z: stock-taking`. */
export const toldOf = ({ trigger, by, at, because }: Pause): string =>
  `${trigger ?? 'all triggers'} by ${by} at ${at}${because === undefined ? '' : `: ${because}`}`;

/** The triggers that are meant. Throws CliError HDL680 for one that the pipeline does not have, HDL681 where it has none. */
export const triggersOf = (
  { pipeline, triggers = [] }: PipelineManifest,
  trigger: string | undefined,
): readonly string[] => {
  if (triggers.length === 0)
    throw new CliError(
      'HDL681',
      2,
      `${pipeline} has no trigger: only people and other pipelines start it`,
      'a pipeline that something starts by itself',
      'none is needed',
    );
  if (trigger === undefined) return triggers;
  if (triggers.includes(trigger)) return [trigger];
  const near = nearest(trigger, triggers);
  throw new CliError(
    'HDL680',
    2,
    `${pipeline} has no trigger '${trigger}'`,
    `one of ${triggers.join(', ')}`,
    near ? `did you mean ${near}?` : 'correct the name; they are counted by kind in the order of the definition',
  );
};
