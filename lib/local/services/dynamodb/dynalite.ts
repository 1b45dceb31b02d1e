// dynalite's own modules, used without its HTTP server: the checks of each API call, and the actions behind them.
// dynalite has no types and no exports map; this file is the one place that knows its insides (pinned at 4.0.0).
import { createRequire } from 'node:module';
import type { Shape } from '../../service.ts';
import { rememberExpressions } from './parsed-expressions.ts';

/** What dynalite calls back with. A refused call carries `statusCode` and AWS's error `body`. */
export type Callback<T> = (error: DynaliteError | null | undefined, value?: T) => void;

export interface DynaliteError extends Error {
  statusCode?: number;
  body?: Shape & { readonly __type: string };
}

/** A key-value space in key order, as dynalite's actions use it. */
export interface KeySpace {
  lock(key: string, run: (release: <F>(callback: F) => F) => void): void;
  get(key: string, callback: Callback<unknown>): void;
  put(key: string, value: unknown, callback: Callback<void>): void;
  del(key: string, callback: Callback<void>): void;
  batch(operations: readonly { type: 'put' | 'del'; key: string; value?: unknown }[], callback: Callback<void>): void;
  createKeyStream(range?: KeyRange): NodeJS.ReadableStream;
  createValueStream(range?: KeyRange): NodeJS.ReadableStream;
}

/** Bounds of a scan; `limit: -1` is none. */
export interface KeyRange {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** What dynalite's actions expect of the store they run on. */
export interface DynaliteStore {
  readonly options: {
    readonly createTableMs: number;
    readonly deleteTableMs: number;
    readonly updateTableMs: number;
    readonly maxItemSize: number;
  };
  readonly tableDb: KeySpace & { readonly awsAccountId: string; readonly awsRegion: string };
  getItemDb(table: string): KeySpace;
  getIndexDb(kind: string, table: string, index: string): KeySpace;
  getTagDb(table: string): KeySpace;
  deleteItemDb(table: string, callback: Callback<void>): void;
  deleteIndexDb(kind: string, table: string, index: string, callback: Callback<void>): void;
  deleteTagDb(table: string, callback: Callback<void>): void;
  getTable(name: string, checkStatus: boolean | Callback<Shape>, callback?: Callback<Shape>): void;
}

/** One API operation: `check` gives the input in dynalite's own form or throws a DynaliteError; `run` does it. */
export interface DynaliteAction {
  readonly fields: ReadonlySet<string>;
  check(input: Shape, store: DynaliteStore): Shape;
  run(store: DynaliteStore, input: Shape, callback: Callback<Shape>): void;
}

interface ActionChecks {
  readonly types: Readonly<Record<string, unknown>>;
  readonly custom?: unknown;
}

interface Checks {
  checkTypes(input: Shape, types: unknown): Shape;
  checkValidations(input: Shape, types: unknown, custom: unknown, store: DynaliteStore): void;
}

const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
];

const moduleName = (operation: string): string => operation.charAt(0).toLowerCase() + operation.slice(1);

/** All operations of dynalite, by API name. */
export const loadDynalite = (): ReadonlyMap<string, DynaliteAction> => {
  const load = createRequire(import.meta.url);
  const checks: Checks = load('dynalite/validations/index.js');
  rememberExpressions();
  return new Map(
    OPERATIONS.map((operation) => {
      const own: ActionChecks = load(`dynalite/validations/${moduleName(operation)}.js`);
      const run: DynaliteAction['run'] = load(`dynalite/actions/${moduleName(operation)}.js`);
      const check = (input: Shape, store: DynaliteStore): Shape => {
        const typed = checks.checkTypes(input, own.types);
        checks.checkValidations(typed, own.types, own.custom, store);
        return typed;
      };
      return [operation, { fields: new Set(Object.keys(own.types)), check, run }];
    }),
  );
};
