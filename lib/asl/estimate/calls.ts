// What a run asks of AWS's services, call by call: what an estimate prices, and what `npm run simulate` lays on quotas.
import { totalUsage, type Usage } from '../../records/index.ts';

/** The kinds of records of the ledger; lib/records/keys.ts has their keys. */
export type LedgerRecord =
  | 'run'
  | 'stage'
  | 'batch'
  | 'dead'
  | 'audit'
  | 'partition'
  | 'gate'
  | 'latch'
  | 'choice'
  | 'cache'
  | 'pool';

/** Where an item stands besides in the table: an index takes a write for each. */
export type LedgerIndex = 'runs' | 'open';

/** Calls of one kind, `times` of them. */
export type Call = { readonly times: number } & (
  | {
      readonly kind: 'write';
      readonly record: LedgerRecord;
      /** DynamoDB's units of one, in the table; as many again in the index of runs, one in that of open ones. */
      readonly units: number;
      readonly indexes: readonly LedgerIndex[];
      /** Over so many keys they are spread. @default 1 */
      readonly keys?: number;
    }
  | { readonly kind: 'read'; readonly record: LedgerRecord; readonly units: number }
  | { readonly kind: 'lambda'; readonly gb: number; readonly seconds: number }
  /** `SendMessage`, or what Lambda does on a function's behalf: receives and deletes. */
  | { readonly kind: 'send' | 'poll' }
  /** `PutEvents`, of one event. */
  | { readonly kind: 'tell' }
  | { readonly kind: 'put' }
  | { readonly kind: 'transition' }
);

const usageOfOne = (call: Call): Partial<Usage> => {
  switch (call.kind) {
    case 'write':
      return {
        writeUnits: call.indexes.reduce((sum, index) => sum + (index === 'runs' ? call.units : 1), call.units),
      };
    case 'read':
      return { readUnits: call.units };
    case 'lambda':
      return { lambdaCalls: 1, lambdaGbSeconds: call.gb * call.seconds };
    case 'send':
    case 'poll':
      return { queueRequests: 1 };
    case 'tell':
      return { busEvents: 1 };
    case 'put':
      return { s3Puts: 1 };
    case 'transition':
      return { transitions: 1 };
  }
};

export const usageOfCalls = (calls: readonly Call[]): Usage =>
  totalUsage(calls.map((call) => ({ usage: usageOfOne(call), times: call.times })));

export const repeated = (calls: readonly Call[], times: number): readonly Call[] =>
  times === 1 ? calls : calls.map((call) => ({ ...call, times: call.times * times }));
