// The types of function-runtime.mjs, for the half of its callers that is TypeScript.

export interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

export type Handler = (event: unknown, context: object) => unknown;

export const consoleLevels: Readonly<Record<'log' | 'info' | 'debug' | 'trace' | 'warn' | 'error', string>>;
export const errorShape: (error: unknown) => RuntimeError;
type Environment = { readonly [name: string]: string | undefined };

export const consoleLine: (
  requestId: string | undefined,
  level: string,
  parts: readonly unknown[],
  environment: Environment,
) => string | undefined;
export const lineSplitter: (log: (message: string) => void) => {
  readonly write: (chunk: string | Uint8Array) => void;
  readonly flush: () => void;
};
export const loadHandler: (where: {
  readonly directory: string;
  readonly handlerName: string;
  readonly runtime: string;
  readonly instance?: string;
}) => Promise<Handler | RuntimeError>;
export const contextOf: (
  settings: {
    readonly functionName: string;
    readonly functionVersion: string;
    readonly memoryMb: number;
    readonly logGroup: string;
    readonly logStream: string;
  },
  invocation: { readonly requestId: string; readonly deadlineMs: number; readonly functionArn: string },
) => object;
export const answerOf: (value: unknown) => string | RuntimeError;
export const errorLine: (
  requestId: string | undefined,
  error: RuntimeError,
  environment: Environment,
) => string | undefined;
