// What `--help` prints. Pure: commands in, lines out.
import { usageOf } from './arguments.ts';
import type { Command } from './command.ts';

const aligned = (rows: readonly (readonly [string, string])[]): readonly string[] => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
};

/** `heddle --help`, or of a group of commands such as `local`. */
export const helpOfAll = (commands: readonly Command[]): readonly string[] => [
  'heddle: typed pipelines on Step Functions, here or in your AWS account',
  '',
  'Commands',
  ...aligned(commands.map((command) => [usageOf(command), command.says])),
  '',
  'Each has --help. heddle --version prints the version.',
  'Exit codes: 0 done, 1 the run failed, 2 the definition or the usage is wrong, 3 AWS said no.',
];

/** `heddle <command> --help`. */
export const helpOf = (command: Command): readonly string[] => [
  `heddle ${usageOf(command)}${Object.keys(command.options).length > 0 ? ' [options]' : ''}`,
  '',
  command.says,
  '',
  'Options',
  ...aligned([
    ...Object.entries(command.options).map(
      ([name, option]) => [option.value ? `--${name} ${option.value}` : `--${name}`, option.says] as const,
    ),
    ['--help', 'this text'],
  ]),
  ...(command.notes ? ['', ...command.notes] : []),
];
