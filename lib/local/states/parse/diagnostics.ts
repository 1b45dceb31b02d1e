// The mistakes of a definition, all of them, as ValidateStateMachineDefinition lists them.

export interface Diagnostic {
  readonly code: string;
  /** A JSON pointer into the definition. */
  readonly location: string;
  readonly message: string;
  readonly severity: 'ERROR' | 'WARNING';
}

export class Diagnostics {
  readonly found: Diagnostic[] = [];

  schema(location: string, message: string): void {
    this.add('SCHEMA_VALIDATION_FAILED', location, message);
  }

  add(code: string, location: string, message: string): void {
    this.found.push({ code, location: location || '/', message, severity: 'ERROR' });
  }
}
