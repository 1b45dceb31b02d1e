export { advance } from './advance.ts';
export { refuseBackfill } from './refuse.ts';
