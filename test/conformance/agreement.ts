// Does an outcome agree with a recorded one? The recorder parsed texts that hold JSON and put placeholders for volatile text.

export interface Recorded {
  readonly features?: readonly string[];
  readonly placeholders?: readonly string[];
  readonly substitutions?: readonly (readonly [string, string])[];
  readonly expected: {
    readonly status: string;
    readonly output?: unknown;
    readonly error?: unknown;
    readonly cause?: unknown;
    readonly events?: readonly string[];
    readonly history?: readonly object[];
  };
}

export interface Ran {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly cause?: unknown;
  readonly events?: readonly unknown[];
  /** The events whole. */
  readonly history?: readonly object[];
}

export interface Agreement {
  /** Status, and output or error. */
  readonly outcome: boolean;
  readonly cause: boolean;
  /** Undefined where no history was recorded. */
  readonly events: boolean | undefined;
  /** Every event with its ids and details; undefined also for branches, of which the recorder took the ids away. */
  readonly details: boolean | undefined;
}

const VOLATILE = /^(SdkHttpMetadata|SdkResponseMetadata|ResponseMetadata|stackTrace|requestId|redrive\w*)$/i;
const PLACEHOLDER = /^<.*>$/;

/** JSON text, at any depth, becomes the value that it holds; volatile fields go. `whole`: any JSON, not only objects. */
const canonical = (value: unknown, whole = false): unknown => {
  if (typeof value === 'string') {
    if (!whole && !/^\s*[{[]/.test(value)) return value;
    try {
      const parsed: unknown = JSON.parse(value);
      return whole || (typeof parsed === 'object' && parsed !== null) ? canonical(parsed) : value;
    } catch {
      return value; // text that only looks like JSON
    }
  }
  if (Array.isArray(value)) return value.map((item) => canonical(item));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([field]) => !VOLATILE.test(field));
  return Object.fromEntries(fields.map(([field, inner]) => [field, canonical(inner)]));
};

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const textMatcher = ({ placeholders = [], substitutions = [] }: Recorded) => {
  const names = [...placeholders, 'timestamp', 'date'].filter((name) => !PLACEHOLDER.test(name));
  const longest = names.sort((a, b) => b.length - a.length).map(escaped);
  const token = new RegExp(['<[A-Za-z][\\w:. -]*>', ...longest].join('|'), 'g');
  const plain = substitutions.filter(([from, to]) => /^[\w:/.-]+$/.test(from) && to !== '');
  const text = (expected: string, actual: string): boolean => {
    const renamed = plain.reduce((all, [from, to]) => all.replaceAll(from, to), actual);
    if (expected === actual || expected === renamed) return true;
    const parts = expected.split(token);
    if (parts.length === 1) return false;
    const pattern = new RegExp(`^${parts.map(escaped).join('[\\s\\S]*?')}$`);
    return pattern.test(actual) || pattern.test(renamed);
  };
  return { text, isName: (expected: string) => PLACEHOLDER.test(expected) || names.includes(expected) };
};

type Same = (expected: unknown, actual: unknown) => boolean;

const matcher = (recorded: Recorded): Same => {
  const { text, isName } = textMatcher(recorded);
  const same = (expected: unknown, actual: unknown): boolean => {
    if (typeof expected === 'string') {
      if (typeof actual === 'string') return text(expected, actual);
      return actual !== undefined && isName(expected);
    }
    if (Array.isArray(expected)) {
      return (
        Array.isArray(actual) &&
        actual.length === expected.length &&
        expected.every((item, index) => same(item, actual[index]))
      );
    }
    if (typeof expected !== 'object' || expected === null) return expected === actual;
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return false;
    const fields = Object.entries(expected);
    const found = actual as Record<string, unknown>;
    return (
      fields.length === Object.keys(found).length &&
      fields.every(([field, inner]) => field in found && same(inner, found[field]))
    );
  };
  return same;
};

const sameEvents = ({ features = [], expected }: Recorded, actual: readonly unknown[]): boolean => {
  const [wanted, found] = [[...(expected.events ?? [])], [...actual]];
  if (JSON.stringify(wanted) === JSON.stringify(found)) return true;
  // Branches and iterations run side by side: their order among each other is not AWS's promise.
  const sideBySide = features.some((feature) => feature === 'Parallel' || feature === 'Map');
  return sideBySide && JSON.stringify(wanted.sort()) === JSON.stringify(found.sort());
};

const DATA = new Set(['input', 'output', 'parameters']);

/** The recorder parsed the data of an event, of whatever kind it was. */
const withData = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value).filter(([field]) => field !== 'timestamp');
  return Object.fromEntries(
    fields.map(([field, inner]) => [field, DATA.has(field) ? canonical(inner, true) : withData(inner)]),
  );
};

const sameDetails = ({ features = [], expected: { history } }: Recorded, ran: Ran, same: Same): boolean | undefined =>
  history === undefined || ran.history === undefined || features.includes('Parallel')
    ? undefined
    : same(
        history.map((event) => canonical(withData(event))),
        ran.history.map((event) => canonical(withData(event))),
      );

export const agreement = (recorded: Recorded, ran: Ran): Agreement => {
  const same = matcher(recorded);
  const { expected } = recorded;
  const succeeded = expected.status === 'SUCCEEDED';
  const value = succeeded
    ? !('output' in expected) || same(canonical(expected.output, true), canonical(ran.output, true))
    : (expected.error ?? null) === (ran.error ?? null);
  return {
    outcome: expected.status === ran.status && value,
    cause: succeeded || same(canonical(expected.cause ?? ''), canonical(ran.cause ?? '')),
    events: expected.events && ran.events && sameEvents(recorded, ran.events),
    details: sameDetails(recorded, ran, same),
  };
};
