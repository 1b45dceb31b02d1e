import type { Control, MendedRows, SettleCall } from '../../records/index.ts';

export interface SettleAnswer {
  readonly control: Control;
  /** Of a map that is to have another go: over this copy of its rows. */
  readonly mended?: MendedRows;
}

export type Call<A extends SettleCall['action']> = Extract<SettleCall, { action: A }>;
