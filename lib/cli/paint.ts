// Colours, for people at a terminal who did not ask for none (https://no-color.org). What they say is always said in words too.
import { styleText } from 'node:util';
import type { Status } from '../records/index.ts';
import type { Setting } from './setting.ts';

/** Colours a text for a status, or leaves it alone. */
export type Paint = (status: Status, text: string) => string;

const styles = {
  failed: 'red',
  cancelled: 'yellow',
  running: 'cyan',
  skipped: 'dim',
  pending: 'dim',
  waiting: 'dim',
} as const;

/** Whether nothing is to be coloured. */
export const isPlain = ({ stdout, environment }: Pick<Setting, 'stdout' | 'environment'>): boolean =>
  !stdout.isTerminal || Boolean(environment.NO_COLOR) || environment.TERM === 'dumb';

export const paintFor = (setting: Pick<Setting, 'stdout' | 'environment'>): Paint => {
  const plain = isPlain(setting);
  return (status, text) =>
    plain || status === 'completed' ? text : styleText(styles[status], text, { validateStream: false });
};
