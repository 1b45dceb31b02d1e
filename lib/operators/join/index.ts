export { isDue } from './deadline.ts';
export { type Joined, joinAsked, joinTriggered } from './join.ts';
export { partitionsFor, spread } from './spread.ts';
