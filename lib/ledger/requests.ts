// Requests over HTTP by their idempotency keys, so that a key stands for one request.
import { requestKey } from '../records/index.ts';
import type { Table } from './table.ts';

export interface AskedFor {
  /** Of what was asked for. */
  readonly fingerprint: string;
  readonly by: string;
  readonly at: string;
}

export interface Requests {
  /** Takes a key for a request. Gives what the key stands for: this request, or the one that came first. */
  take(pipeline: string, id: string, asked: AskedFor): Promise<AskedFor>;
}

export const openRequests = (table: Table): Requests => ({
  take: async (pipeline, id, asked) => {
    const key = requestKey(pipeline, id);
    if (await table.create(key, asked)) return asked;
    return (await table.get<AskedFor>(key)) ?? asked; // nothing takes one out again
  },
});
