// The mistakes of a definition, all of them, as ValidateStateMachineDefinition lists them.

export interface Diagnostic {
  readonly code: string;
  /** A JSON pointer into the definition; undefined for what is wrong with the whole of it. */
  readonly location: string | undefined;
  readonly message: string;
  readonly severity: 'ERROR' | 'WARNING';
  /** The known name that is nearest to an unknown one. */
  readonly hint?: string;
}

/** As AWS tells it, and what may have been meant. */
export const mistakeText = ({ code, message, location, hint }: Diagnostic): string =>
  `${code}: ${message} at ${location ?? null}${hint === undefined ? '' : ` (did you mean ${hint}?)`}`;

export class Diagnostics {
  readonly found: Diagnostic[] = [];

  schema(location: string, message: string, hint?: string): void {
    this.add('SCHEMA_VALIDATION_FAILED', location, message, hint);
  }

  add(code: string, location: string | undefined, message: string, hint?: string): void {
    const at = location === '' ? '/' : location;
    this.found.push({ code, location: at, message, severity: 'ERROR', ...(hint !== undefined && { hint }) });
  }
}
