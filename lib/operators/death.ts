// Why an execution died, in the words of what died first.

interface Death {
  readonly error?: string | null;
  readonly cause?: string | null;
}

/** A machine that waited for one of its parts ends with DescribeExecution's answer about the part as its cause. */
const taskFailed = 'States.TaskFailed';

/** The error and cause of an execution, or of the part, however far down, whose end was its own. */
export const deathOf = ({ error, cause }: Death): Death => {
  const part = error === taskFailed && cause?.startsWith('{') ? partOf(cause) : undefined;
  return part ? deathOf(part) : { error: error ?? null, cause: cause ?? null };
};

const partOf = (cause: string): Death | undefined => {
  let said: {
    readonly ExecutionArn?: unknown;
    readonly Status?: unknown;
    readonly Error?: string;
    readonly Cause?: string;
  };
  try {
    said = JSON.parse(cause);
  } catch {
    return undefined; // cut off, or not of a part: it is told as it stands
  }
  if (said.ExecutionArn === undefined || said.Status === undefined) return undefined;
  return { error: said.Error ?? null, cause: said.Cause ?? `a part of it ended as ${said.Status}` };
};
