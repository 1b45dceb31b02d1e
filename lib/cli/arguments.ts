// The words after a command, checked against what it takes. An unknown option is answered with the nearest known one.
import { parseArgs } from 'node:util';
import { nearest } from '../support/nearest.ts';
import { CliError } from './cli-error.ts';
import type { Arguments, Command } from './command.ts';

/** Reads the words after a command's own. Throws CliError HDL603 to HDL606 (exit 2). */
export const readArguments = (command: Command, words: readonly string[]): Arguments => {
  const known = { ...command.options, help: { says: '' } };
  const options = Object.fromEntries(
    Object.entries(known).map(([name, option]) => [name, { type: 'value' in option ? 'string' : 'boolean' } as const]),
  );
  const { tokens } = parseArgs({ args: [...words], options, allowPositionals: true, strict: false, tokens: true });
  const values = new Map<string, string>();
  const switches = new Set<string>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (!option) throw unknownOption(command, token.rawName, Object.keys(known));
    const value = token.value;
    if (option.type === 'boolean') {
      if (value !== undefined) throw misused(command, `${token.rawName} was given the value '${value}'`, 'no value');
      switches.add(token.name);
    } else if (value === undefined || (!token.inlineValue && value.startsWith('--'))) {
      throw misused(
        command,
        `${token.rawName} was given no value`,
        `${token.rawName} ${placeholder(command, token.name)}`,
      );
    } else if (value === '') {
      throw misused(command, `${token.rawName} is empty`, `${token.rawName} ${placeholder(command, token.name)}`);
    } else values.set(token.name, value);
  }
  if (!switches.has('help')) checkOperands(command, operands);
  return {
    operands,
    text: (option) => values.get(option),
    has: (option) => switches.has(option),
    whole: (option, least) => {
      const value = values.get(option);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (Number.isInteger(number) && number >= least) return number;
      throw misused(command, `--${option} is '${value}'`, `a whole number from ${least} up`);
    },
  };
};

/** `graph <pipeline>`: how a command is called, less its options. */
export const usageOf = ({ words, operands }: Pick<Command, 'words' | 'operands'>): string =>
  [words, ...operands.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`))].join(' ');

const placeholder = (command: Command, name: string): string => command.options[name]?.value ?? 'VALUE';

const misused = (command: Command, found: string, expected: string): CliError =>
  new CliError('HDL603', 2, found, expected, `see npx heddle ${command.words} --help`);

const unknownOption = (command: Command, found: string, known: readonly string[]): CliError => {
  const near = nearest(found.replace(/^-+/, ''), known);
  const all = known.map((name) => `--${name}`).join(', ');
  return new CliError(
    'HDL604',
    2,
    `heddle ${command.words} has no option ${found}`,
    `one of ${all}`,
    near ? `did you mean --${near}?` : `see npx heddle ${command.words} --help`,
  );
};

const checkOperands = (command: Command, given: readonly string[]): void => {
  const missing = command.operands[given.length];
  if (missing?.required) {
    throw misused(command, `heddle ${command.words} was given no ${missing.name}`, `heddle ${usageOf(command)}`);
  }
  const extra = given[command.operands.length];
  if (extra !== undefined) {
    throw misused(
      command,
      `heddle ${command.words} was given '${extra}', which it has no use for`,
      `heddle ${usageOf(command)}`,
    );
  }
};
