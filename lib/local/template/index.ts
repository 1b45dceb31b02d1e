export { readAssembly, type Stack } from './assembly.ts';
export { checkStacks } from './check.ts';
export { loadStacks } from './load.ts';
export { type Place, placeOf } from './place.ts';
export type { ProvisionedStack, StackResource } from './provision.ts';
