// One of the figures of pools, in a process of its own: `test/bench/pools-process.ts rate`.
import { kills, rate, slots } from './pools.ts';

const figure = { slots, rate, kills }[process.argv[2] ?? ''];
if (!figure) throw new Error(`no figure of pools is called ${process.argv[2]}; expected slots, rate or kills`);
process.send?.(await figure());
process.disconnect?.();
