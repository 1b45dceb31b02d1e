// What `settle` answers the states whose next one reads it.
import type { Choices, Control, FlowState } from './calls.ts';
import type { Json } from './json.ts';
import type { PoolLease } from './pool.ts';

/** The answer to `serviceOpened`: whether to call, and with what. */
export interface ServiceAnswer {
  readonly control: Control;
  readonly call: boolean;
  readonly arguments: Json;
}

/** What lets `poolOpened`'s state go on: no lease where the stage has nothing to do, or is done. */
export interface PoolAnswer {
  readonly lease: PoolLease | null;
  /** The moment to wait for before the stage is called, ISO 8601. */
  readonly until: string;
}

/** The answer to `waitOpened`: the moment to wait until, ISO 8601; one that has passed when there is nothing to wait for. */
export interface WaitAnswer {
  readonly control: Control;
  readonly until: string;
}

/** The answer to `readControl`: what is to be put into the flow's state. */
export interface ReadControlAnswer {
  readonly control: FlowState['control'];
  readonly chosen: Choices;
}
