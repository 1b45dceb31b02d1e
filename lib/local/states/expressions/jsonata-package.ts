// The jsonata package, loaded when the first expression needs it: it takes 10 ms, and paths do without.
import { late } from '../../late-modules.ts';

type Jsonata = typeof import('jsonata');
type Bounds = Readonly<{ timeout: number; stack: number }>;

const loaded = late<Jsonata>(import.meta.url, 'jsonata');

export const jsonata = (source: string, bounds?: Bounds): ReturnType<Jsonata> => loaded()(source, bounds);
