// The jsonata package, loaded when the first expression needs it: it takes 10 ms, and paths do without.
import { createRequire } from 'node:module';

type Jsonata = typeof import('jsonata');
type Bounds = Readonly<{ timeout: number; stack: number }>;

let loaded: Jsonata | undefined;

export const jsonata = (source: string, bounds?: Bounds): ReturnType<Jsonata> => {
  loaded ??= createRequire(import.meta.url)('jsonata') as Jsonata; // what its types say of it
  return loaded(source, bounds);
};
