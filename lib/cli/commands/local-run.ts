import { compile } from '../../asl/index.ts';
import type { Pipeline } from '../../definition/index.ts';
import { graphOf } from '../../graph/index.ts';
import { freshAssembly } from '../assembly.ts';
import { checkedPipeline } from '../checked-pipeline.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { remark } from '../setting.ts';
import { inputFor, startAndFollow, startOptions } from '../start-and-follow.ts';
import { openLocalTarget, type Target, targetOptions } from '../target.ts';

const highestPort = 65_535;

export const localRun: Command = {
  words: 'local run',
  says: 'synthesize, run on the local engine, follow to the end',
  operands: [{ name: 'pipeline', required: true }],
  options: {
    ...startOptions,
    port: { value: 'N', says: 'the port of the engine on 127.0.0.1 (default: any free one)' },
    'set-aside': { says: 'rename a damaged state and begin anew (nothing is deleted)' },
    ...Object.fromEntries(Object.entries(targetOptions).filter(([name]) => name !== 'aws')),
  },
  run: async (given, setting) => {
    const pipeline = await checkedPipeline(setting, given.operands[0] ?? '');
    const input = await inputFor(pipeline, given, setting);
    const port = given.whole('port', 0) ?? 0;
    if (port > highestPort) {
      throw new CliError('HDL603', 2, `--port is ${port}`, `a port up to ${highestPort}`, 'pass another, or 0 for any');
    }
    const say = (line: string): void => remark(setting, [line]);
    const { directory } = await freshAssembly({ root: setting.root, environment: setting.environment, say });
    const setAsideDamaged = given.has('set-aside');
    const target = await openLocalTarget(given, setting, {
      assembly: directory,
      port,
      fresh: true,
      setAsideDamaged,
      work: true,
    });
    try {
      await checkSame(pipeline, target);
      return await startAndFollow(pipeline, input, target, given, setting);
    } finally {
      await target.close();
    }
  },
};

/** An engine that was open before has the definitions of then. Throws CliError HDL609 when they differ. */
const checkSame = async (pipeline: Pipeline, target: Target): Promise<void> => {
  const { hash } = compile(graphOf(pipeline));
  const { definitionHash } = await target.pipeline(pipeline.name);
  if (definitionHash === hash) return;
  throw new CliError(
    'HDL609',
    2,
    `${target.name} runs definition ${definitionHash} of ${pipeline.name}`,
    `definition ${hash}, which is the one in the source`,
    'stop what has that engine open, then run this again',
  );
};
