import { freshAssembly } from '../assembly.ts';
import { CliError } from '../cli-error.ts';
import type { Arguments, Command } from '../command.ts';
import { print, remark, type Setting } from '../setting.ts';
import { isInAws, openLocalTarget, openTarget, type Target, targetOptions } from '../target.ts';

export const usualConsolePort = 4_533;
const highestPort = 65_535;
/** Each look at an open page is paid for there. */
const pauseInAwsMs = 3_000;

export const consoleCommand: Command = {
  words: 'console',
  says: 'see everything in a browser: pipelines, runs, dead letters, approvals; until Ctrl-C',
  operands: [],
  options: {
    port: { value: 'N', says: `the port on 127.0.0.1 (default: ${usualConsolePort}; 0 takes any free one)` },
    ...targetOptions,
  },
  notes: ['On this machine the engine works while the console is open: what is under way goes on.'],
  run: async (given, setting) => {
    const port = given.whole('port', 0) ?? usualConsolePort;
    if (port > highestPort)
      throw new CliError('HDL603', 2, `--port is ${port}`, `a port up to ${highestPort}`, 'pass another, or 0 for any');
    const target = await openAny(given, setting);
    try {
      // Loaded here, so that no other command pays for it.
      const { openConsole } = await import('../console/index.ts');
      const served = await openConsole({
        target,
        setting,
        port,
        ...(isInAws(given, setting) ? { pauseMs: pauseInAwsMs } : {}),
      });
      print(setting, [`The console of ${target.name}: ${served.address}`]);
      remark(setting, ['Ctrl-C ends it.']);
      await setting.untilStopped();
      await served.close();
      return 0;
    } finally {
      await target.close();
    }
  },
};

/** On this machine, an engine that works, with what the source says now; its state is made where there is none yet. */
const openAny = async (given: Arguments, setting: Setting): Promise<Target> => {
  if (setting.target || isInAws(given, setting)) return openTarget(given, setting);
  const say = (line: string): void => remark(setting, [line]);
  const { directory } = await freshAssembly({ root: setting.root, environment: setting.environment, say });
  const options = { assembly: directory, port: 0, fresh: true, setAsideDamaged: false, work: true };
  const target = await openLocalTarget(given, setting, options);
  return { ...target, embedded: false }; // it stays
};
