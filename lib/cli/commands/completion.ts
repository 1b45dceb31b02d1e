import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { completionScript, isShell, shells } from '../completion.ts';
import { print } from '../setting.ts';

/** `commands` is asked for when it runs: this command is one of them. */
export const completionOf = (commands: () => readonly Command[]): Command => ({
  words: 'completion',
  says: `what makes a shell complete heddle's words: ${shells.join(', ')}`,
  operands: [{ name: 'shell', required: true }],
  options: {},
  notes: [
    "It completes the word heddle: where you type npx heddle, alias heddle='npx heddle' first.",
    'bash: source <(npx heddle completion bash). zsh: npx heddle completion zsh > "${fpath[1]}/_heddle".',
    'fish: npx heddle completion fish > ~/.config/fish/completions/heddle.fish.',
  ],
  run: async (given, setting) => {
    const [shell = ''] = given.operands;
    if (!isShell(shell))
      throw new CliError(
        'HDL603',
        2,
        `'${shell}' is no shell that is known`,
        `one of ${shells.join(', ')}`,
        'name one of them',
      );
    print(setting, completionScript(shell, commands()));
    return 0;
  },
});
