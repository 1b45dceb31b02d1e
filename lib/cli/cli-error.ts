/** What went wrong in a command, told in one message. `exit` is the command's exit code: 1, 2 or 3. */
export class CliError extends Error {
  readonly code: string;
  readonly exit: 1 | 2 | 3;

  constructor(code: string, exit: 1 | 2 | 3, found: string, expected: string, fix: string) {
    super(`${code} ${found}; expected ${expected}. Fix: ${fix}`);
    this.name = 'CliError';
    this.code = code;
    this.exit = exit;
  }
}
