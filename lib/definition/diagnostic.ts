// A mistake in a definition, told in the user's words: what was found, what was expected, how to mend it.

export interface Diagnostic {
  /** `HDL` and three digits. 1xx: definition, 2xx: graph. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** `pipeline` or `pipeline.stage`. */
  readonly at: string;
  readonly message: string;
  readonly fix: string;
}

export const formatDiagnostic = ({ code, severity, at, message, fix }: Diagnostic): string =>
  `${code} ${severity === 'warning' ? 'warning, ' : ''}${at}: ${message}. Fix: ${fix}.`;

/** Thrown with every diagnostic of a definition at once. The message holds one line for each. */
export class DefinitionError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
    this.name = 'DefinitionError';
    this.diagnostics = diagnostics;
  }
}
