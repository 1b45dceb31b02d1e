// Which branch a choice took, for those who cannot see it in the flow's state: they stand in another branch of the machine.
import { type Choices, choiceKey } from '../records/index.ts';
import type { Table } from './table.ts';

export type Taken = Choices[string];

export interface ChoiceRecords {
  record(pipeline: string, run: string, choose: string, taken: Taken): Promise<void>;
  /** Undefined when nobody has recorded it. */
  get(pipeline: string, run: string, choose: string): Promise<Taken | undefined>;
}

export const openChoices = (table: Table): ChoiceRecords => ({
  record: async (pipeline, run, choose, taken) => {
    // A resumed run may take the other branch: the last execution's word holds.
    await table.update({
      key: choiceKey(pipeline, run, choose),
      set: { taken },
      condition: 'attribute_not_exists(#taken) OR #taken <> :taken',
      values: { taken },
    });
  },
  get: async (pipeline, run, choose) =>
    (await table.get<{ readonly taken: Taken }>(choiceKey(pipeline, run, choose)))?.taken,
});
