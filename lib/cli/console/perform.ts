// A command of the CLI, carried out for a page: the same plan and the same work, its text kept instead of printed.
import { readArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { describeError } from '../describe-error.ts';
import type { Outlet, Setting } from '../setting.ts';

export interface Performed {
  /** The command's exit code. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Columns of a plan on a page. */
const width = 110;

export const perform = async (command: Command, words: readonly string[], setting: Setting): Promise<Performed> => {
  const written = { stdout: '', stderr: '' };
  const outlet = (stream: 'stdout' | 'stderr'): Outlet => ({
    isTerminal: false,
    width,
    height: 40,
    write: (text) => {
      written[stream] += text;
    },
  });
  const { ask: _, ...rest } = setting;
  try {
    const own = { ...rest, stdout: outlet('stdout'), stderr: outlet('stderr') };
    return { code: await command.run(readArguments(command, words), own), ...written };
  } catch (error) {
    const { message, exit } = describeError(error);
    return { code: exit, stdout: written.stdout, stderr: `${written.stderr}${message}\n` };
  }
};
