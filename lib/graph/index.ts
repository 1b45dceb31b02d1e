export { functionsOf, type StageFunctionNeed } from './functions.ts';
export * from './graph.ts';
export { renderDot } from './render/dot.ts';
export { renderMermaid } from './render/mermaid.ts';
export { renderTree } from './render/tree.ts';
export { validate } from './validate.ts';
