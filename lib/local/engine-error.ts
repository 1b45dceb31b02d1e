// Mistakes of the person or the machine that stop the engine, as one line with a code, a cause and a fix.

/**
 * What the codes of the local engine mean:
 *
 * HDL501: a call or a field that the local engine does not implement; it never pretends. Fix: do without it here, or run
 * against AWS.
 * HDL502: the port is taken. Fix: pass another port, or 0 for any.
 * HDL504: another engine has the state folder open. Fix: stop that process, or use another state folder.
 * HDL505: the state was written by a version with another layout. Fix: use the version that wrote it, or another state
 * folder.
 * HDL506: a request came from another machine. Fix: use the endpoint that the engine printed.
 * HDL507: a request does not say which AWS service it is for. Fix: use an AWS SDK or the AWS CLI with any credentials.
 * HDL508: the state folder cannot be made or written to. Fix: name another one, or change who may write there.
 * HDL511: there is no cloud assembly, or no stack of that name in it. Fix: run npx cdk synth, or correct the path or the
 * name.
 * HDL512: a template has resource types or properties that the local engine does not have. Fix: leave them out of the
 * stack that runs here.
 * HDL513: stacks or resources need each other in a circle. Fix: take one of the references out.
 * HDL514: something in a template cannot be worked out: an intrinsic function, a parameter without a value, an unknown
 * section. Fix: as the message says, which names the place.
 * HDL515: a resource was refused by its service as AWS would refuse it. Fix: correct the properties that the message
 * names.
 * HDL516: stacks are for more than one account or region, but an engine is one of each. Fix: name the stacks to run.
 * HDL520: a Task calls a resource that the local engine does not implement; it fails. Fix: name a handler that stands in for it here
 * (`standIn` of flow.service), or run against AWS.
 * HDL521: an ItemReader has an InputType, or a parameter, that the local engine does not read. Fix: use JSON, JSONL, CSV, or a listing, and
 * the parameters that the message names.
 * HDL522: the log of an execution cannot be read, so the execution failed. Its log is kept. Fix: start the run again.
 * HDL523: a Task has Credentials, but the local engine has one account. Fix: run it against AWS.
 * HDL524: the definition that an execution started with is refused: it was damaged, or a version took it that knew less of AWS's
 * rules. The execution failed. Fix: start it again with another.
 * HDL525: the state could not be written, of a full disk for one. Executions do not go on; what was answered is kept. Fix: make room, and start the
 * engine again: it carries on.
 */
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

/**
 * `path` is what to set aside.
 * HDL503: a file or folder of the state cannot be read. Fix: start again with the damaged state set aside, or restore it.
 */
export class DamagedStateError extends EngineError {
  readonly path: string;
  /** What else may be done than to set it aside, as the end of a sentence; nothing mostly. */
  readonly instead: string;

  constructor(path: string, found: string, options?: ErrorOptions & { readonly instead?: string | undefined }) {
    const { instead = '' } = options ?? {};
    super(
      'HDL503',
      {
        found: `${path} is damaged (${found})`,
        expected: 'the state that the engine wrote',
        fix: `start again with the damaged state set aside (it is renamed, not deleted), or restore it from a copy${instead}.`,
      },
      options,
    );
    this.path = path;
    this.instead = instead;
  }
}
