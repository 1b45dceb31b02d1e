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

/**
 * `HDL204 orders.publish: … Fix: ….` What the codes of recording a definition mean (those of rules are in their files):
 *
 * HDL101: a ref was used as a value: in a template, a condition, arithmetic, a spread. At synth it is only a pointer;
 * the value exists when the pipeline runs. Fix: pass the ref to a stage, or compare it with eq, gt and their kind in
 * flow.choose.
 * HDL103: a stage was given something that JSON cannot hold, such as a function, a Date, NaN or undefined. Fix: pass
 * strings, numbers, booleans, null, plain objects, lists, or refs.
 * HDL104: an upstream is not a pipeline, mostly undefined, because two files import each other in a circle. Fix: import
 * the upstream from a file that does not import this one.
 * HDL105: `after` holds something that no stage gave, so there is nothing to wait for. Fix: pass what flow.task,
 * flow.map or flow.choose gave back.
 * HDL107: an option is no span of time. Fix: write a number and ms, s, m, h or d, such as '5m'.
 */
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
