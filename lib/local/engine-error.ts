// Mistakes of the person or the machine that stop the engine, as one line with a code, a cause and a fix.

/** What an engine error says: what was found, what was expected instead, and what to do about it. */
export interface EngineErrorParts {
  readonly found: string;
  readonly expected: string;
  readonly fix: string;
}

/**
 * An error that a person can act on. `message` is one line:
 * `HDL502 port 4599 is in use; expected a free port. Fix: pass another port, or 0 for any.`
 */
export class EngineError extends Error {
  readonly code: `HDL5${number}`;
  readonly found: string;
  readonly expected: string;
  readonly fix: string;

  constructor(code: `HDL5${number}`, parts: EngineErrorParts, options?: ErrorOptions) {
    super(`${code} ${parts.found}; expected ${parts.expected}. Fix: ${parts.fix}`, options);
    this.name = 'EngineError';
    this.code = code;
    this.found = parts.found;
    this.expected = parts.expected;
    this.fix = parts.fix;
  }
}

/** HDL503: a file or folder of the state cannot be read. `path` is what to set aside. */
export class DamagedStateError extends EngineError {
  readonly path: string;

  constructor(path: string, found: string, options?: ErrorOptions) {
    super(
      'HDL503',
      {
        found: `${path} is damaged (${found})`,
        expected: 'the state that the engine wrote',
        fix: 'start again with the damaged state set aside (it is renamed, not deleted), or restore it from a copy.',
      },
      options,
    );
    this.path = path;
  }
}
