// Heddle's engine inside the benchmark's process: Step Functions in SQLite, stage bodies as registered functions.
// HEDDLE_ROOT is the repository, HEDDLE_CACHE a folder for compiled code, as any program may keep one.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { callStage, machineOf, nodesOf, plainTask, runner } from './heddle-machine.mjs';

enableCompileCache(process.env.HEDDLE_CACHE);
const { openServices } = await import(pathToFileURL(join(process.env.HEDDLE_ROOT, 'lib/local/embedding.ts')).href);

export const meta = {
  durability:
    'SQLite WAL synchronous=NORMAL: every event of every stage on disk before it is acted on (survives process crash, not power loss)',
  versions: `node ${process.version}`,
};

export const open = async ({ spec, stage, dir }) => {
  const functions = Object.fromEntries(
    nodesOf(spec).map((node) => [node.id, (event) => callStage(spec, node, event, stage)]),
  );
  const engine = await openServices({ stateDir: join(dir, `heddle-${process.pid}`), functions });
  return runner(
    engine,
    spec,
    machineOf(spec, ({ id }) => plainTask(id)),
  );
};
