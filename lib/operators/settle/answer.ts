import type { Control, SettleCall } from '../../records/index.ts';

export interface SettleAnswer {
  readonly control: Control;
}

export type Call<A extends SettleCall['action']> = Extract<SettleCall, { action: A }>;
