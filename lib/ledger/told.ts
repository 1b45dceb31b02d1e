// What attempts tell, as records hold it: two JSON texts. As DynamoDB's typed maps it was several times as much to make, send, check and read.
import { mostTries, type Telling, type Try } from '../records/index.ts';

type Item = { readonly [attribute: string]: unknown };

/** `paidText` holds what stays when a stage is to be done again, `toldText` what does not; `tries` gets the beginning of each attempt. */
interface Held {
  readonly paidText?: string;
  readonly toldText?: string;
  readonly tries?: readonly Try[];
}

/** An item as it is written; what is undefined is not. */
export const asHeld = (item: Item & Telling): Item => {
  const { spent, tries, measured, scores, blockedScores } = item;
  if (!spent && !measured && !scores && !blockedScores) return item;
  return {
    ...item,
    spent: undefined,
    tries: tries && tries.length >= mostTries ? tries : undefined, // or the list would grow for ever
    measured: undefined,
    scores: undefined,
    blockedScores: undefined,
    paidText: spent && JSON.stringify({ spent, tries }),
    toldText: (measured || scores || blockedScores) && JSON.stringify({ measured, scores, blockedScores }),
  };
};

/** An item as it is read. Before there were texts, each part was an attribute: such an item says the same. */
export const asTold = (item: Item): Item => {
  const { paidText, toldText, tries = [], ...rest } = item as Item & Held;
  if (paidText === undefined && toldText === undefined) return item;
  const { tries: ended = [], ...costs } = JSON.parse(paidText ?? '{}') as Pick<Telling, 'spent' | 'tries'>; // as `asHeld` wrote it
  const all = [...ended, ...tries.slice(ended.length)];
  return { ...rest, ...costs, ...JSON.parse(toldText ?? '{}'), ...(all.length > 0 ? { tries: all } : {}) };
};
