#!/usr/bin/env node
// `npx heddle`: hands over to bin/heddle.ts on the pinned Node, installing first where needed. Plain JavaScript, because the
// machine's own Node may be too old to run TypeScript.
process.argv.splice(2, 0, 'bin/heddle.ts');
await import('./run.mjs');
