export { askOnTerminal } from './ask-for-input.ts';
export { outletOf } from './outlet.ts';
export { commands, runProgram } from './program.ts';
export type { Outlet, Setting } from './setting.ts';
export { openTestApp, type TestApp, type TestAppOptions } from './test-app.ts';
