// What `--help` prints. Pure: commands in, lines out.
import { usageOf } from './arguments.ts';
import type { Command } from './command.ts';
import { wrapped } from './wrapped.ts';

/** Two columns; the right one has half of the terminal at least. */
const aligned = (rows: readonly (readonly [string, string])[], width: number): readonly string[] => {
  const left = Math.min(Math.max(...rows.map(([own]) => own.length)), Math.floor(width / 2) - 4);
  const indent = ' '.repeat(left + 4);
  return rows.flatMap(([own, says]) => {
    const head = `  ${own.padEnd(left)}  `;
    return own.length <= left
      ? wrapped(says, width, head, indent)
      : [head.trimEnd(), ...wrapped(says, width, indent, indent)];
  });
};

/** `heddle --help`, or of a group of commands such as `local`. */
export const helpOfAll = (commands: readonly Command[], width: number): readonly string[] => [
  ...wrapped('heddle: typed pipelines on Step Functions, here or in your AWS account', width),
  '',
  'Commands',
  ...aligned(
    commands.map((command) => [usageOf(command), command.says]),
    width,
  ),
  '',
  'Each has --help. heddle --version prints the version.',
  ...wrapped('Exit codes: 0 done, 1 the run failed, 2 the definition or the usage is wrong, 3 AWS said no.', width),
];

/** A note goes on in the next line until a sentence ends. */
const paragraphs = (notes: readonly string[]): readonly string[] =>
  notes
    .join('\n')
    .replaceAll(/(?<!\.)\n/g, ' ')
    .split('\n');

/** `heddle <command> --help`. */
export const helpOf = (command: Command, width: number): readonly string[] => [
  `heddle ${usageOf(command)}${Object.keys(command.options).length > 0 ? ' [options]' : ''}`,
  '',
  ...wrapped(command.says, width),
  '',
  'Options',
  ...aligned(
    [
      ...Object.entries(command.options).map(
        ([name, option]) => [option.value ? `--${name} ${option.value}` : `--${name}`, option.says] as const,
      ),
      ['--help', 'this text'],
    ],
    width,
  ),
  ...(command.notes ? ['', ...paragraphs(command.notes).flatMap((note) => wrapped(note, Math.min(width, 140)))] : []),
];
