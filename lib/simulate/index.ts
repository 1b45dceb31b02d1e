// Many runs a day against AWS's quotas, in virtual time.
export type { DrawTable } from './report.ts';
export { runSimulate } from './run-simulate.ts';
