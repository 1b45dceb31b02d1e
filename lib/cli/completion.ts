// Scripts that make shells complete the words of commands and their options. Pure.
import type { Command } from './command.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];
export const isShell = (name: string): name is Shell => shells.some((shell) => shell === name);

interface Words {
  /** What may follow `heddle`, and the first words of groups of commands. */
  readonly first: readonly (readonly [string, string])[];
  /** What may follow the first word of a group. */
  readonly second: ReadonlyMap<string, readonly (readonly [string, string])[]>;
}

const wordsOf = (commands: readonly Command[]): Words => {
  const first = new Map<string, string>();
  const second = new Map<string, (readonly [string, string])[]>();
  for (const { words, says } of commands) {
    const [head = '', tail] = words.split(' ');
    if (tail === undefined) first.set(head, says);
    else {
      if (!first.has(head)) first.set(head, says);
      second.set(head, [...(second.get(head) ?? []), [tail, says]]);
    }
  }
  return { first: [...first], second };
};

const optionsOf = ({ options }: Command): readonly string[] =>
  [...Object.keys(options), 'help'].map((name) => `--${name}`);

/** Options that a value follows, whatever the command; what it may be, only the person knows: a file is offered. */
const valued = (commands: readonly Command[]): string => {
  const all = commands.flatMap(({ options }) => Object.entries(options));
  const switches = new Set(all.flatMap(([name, { value }]) => (value === undefined ? [name] : [])));
  return [...new Set(all.map(([name]) => name))]
    .filter((name) => !switches.has(name))
    .map((name) => `--${name}`)
    .join('|');
};

export const completionScript = (shell: Shell, commands: readonly Command[]): readonly string[] => {
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      return zsh(commands);
    case 'fish':
      return fish(commands);
  }
};

/** `'it''s'` for a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const bash = (commands: readonly Command[]): readonly string[] => {
  const { first, second } = wordsOf(commands);
  const names = (words: readonly (readonly [string, string])[]): string => words.map(([word]) => word).join(' ');
  return [
    '_heddle() {',
    '  local word="${COMP_WORDS[COMP_CWORD]}" all="${COMP_WORDS[*]:1:COMP_CWORD-1}" known=""',
    '  COMPREPLY=()',
    `  case "\${COMP_WORDS[COMP_CWORD-1]}" in ${valued(commands)}) return ;; esac`,
    '  case "$all" in',
    `    "") known="${names(first)}" ;;`,
    // Longer commands first: `dead-letters list` before what begins with `dead-letters`.
    ...commands
      .toSorted((a, b) => b.words.length - a.words.length)
      .map((command) => {
        const [head = '', tail] = command.words.split(' ');
        const more = tail === undefined ? names(second.get(head) ?? []) : '';
        return `    "${command.words}"|"${command.words} "*) known="${[more, ...optionsOf(command)].filter(Boolean).join(' ')}" ;;`;
      }),
    ...[...second]
      .filter(([head]) => !commands.some(({ words }) => words === head))
      .map(([head, tails]) => `    "${head}") known="${names(tails)}" ;;`),
    '  esac',
    '  COMPREPLY=($(compgen -W "$known" -- "$word"))',
    '}',
    'complete -o default -F _heddle heddle',
  ];
};

const zsh = (commands: readonly Command[]): readonly string[] => {
  const { first, second } = wordsOf(commands);
  const described = (words: readonly (readonly [string, string])[]): string =>
    words.map(([word, says]) => quoted(`${word}:${says}`)).join(' ');
  return [
    '#compdef heddle',
    '_heddle() {',
    '  local -a known',
    `  case "\${words[CURRENT-1]}" in ${valued(commands)}) _files; return ;; esac`,
    '  case "${words[2,CURRENT-1]}" in',
    `    "") known=(${described(first)}) ;;`,
    ...commands
      .toSorted((a, b) => b.words.length - a.words.length)
      .map((command) => {
        const [head = '', tail] = command.words.split(' ');
        const options = [
          ...Object.entries(command.options).map(([name, { says }]) => [`--${name}`, says] as const),
          ['--help', 'its help'] as const,
        ];
        const more = tail === undefined ? (second.get(head) ?? []) : [];
        return `    "${command.words}"|"${command.words} "*) known=(${described([...more, ...options])}) ;;`;
      }),
    ...[...second]
      .filter(([head]) => !commands.some(({ words }) => words === head))
      .map(([head, tails]) => `    "${head}") known=(${described(tails)}) ;;`),
    '  esac',
    "  _describe 'heddle' known || _files",
    '}',
    '_heddle "$@"',
  ];
};

const fish = (commands: readonly Command[]): readonly string[] => {
  const { first, second } = wordsOf(commands);
  const heads = first.map(([word]) => word).join(' ');
  const lone = `not __fish_seen_subcommand_from ${heads}`;
  return [
    ...first.map(([word, says]) => `complete -c heddle -n ${quoted(lone)} -a ${word} -d ${quoted(says)}`),
    ...[...second].flatMap(([head, tails]) =>
      tails.map(
        ([word, says]) =>
          `complete -c heddle -n ${quoted(`__fish_seen_subcommand_from ${head}`)} -a ${word} -d ${quoted(says)}`,
      ),
    ),
    ...commands.flatMap(({ words, options }) => {
      const seen = words
        .split(' ')
        .map((word) => `__fish_seen_subcommand_from ${word}`)
        .join('; and ');
      return Object.entries(options).map(
        ([name, { value, says }]) =>
          `complete -c heddle -n ${quoted(seen)} -l ${name}${value === undefined ? '' : ' -r'} -d ${quoted(says)}`,
      );
    }),
  ];
};
