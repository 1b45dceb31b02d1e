// What can go wrong between a browser and the console.
import { CliError } from '../cli-error.ts';

/**
 * HDL830: a request to the console came from another machine, or from a page of another origin. Fix: open the address that the
 * console printed.
 * HDL831: the port of the console is taken, perhaps by another console. Fix: stop what listens there, or pass another with --port (of npm
 * start: --console-port); 0 takes any free one.
 * HDL832: an action came without the token of a page of this console, or the console was started again since. Fix: load the page
 * again and repeat it.
 * HDL833: the ledger has no such run: it was deleted when its time was over, or never was. Fix: see the pipeline's runs.
 * HDL834: the console has no such page. Fix: begin at its first page.
 * HDL835: an action's plan has changed since it was shown. Fix: look at the new one, and repeat the action.
 * HDL836: a request to the console is larger than it takes. Fix: pass the input in a file, with npx heddle start --input @FILE.
 * HDL837: the console has as many pages open as it keeps up to date. Fix: close some.
 * HDL838: what a page adds up was not there in time: a request hangs, or much is to be read. Fix: load the page again; check the network,
 * or ask the command of the same name, which waits for as long as it takes.
 */
export const portTaken = (port: number, why: string, option: string): CliError =>
  new CliError(
    'HDL831',
    2,
    `port ${port} of 127.0.0.1 ${why}, so the console cannot open`,
    'a free port',
    `stop what listens there, or pass another with --${option} N; --${option} 0 takes any free one`,
  );

/** `what` begins with the name of the command that gives the same. */
export const tookTooLong = (what: string, ms: number): CliError => {
  const [command = ''] = what.split(' ');
  const fix = `load the page again; npx heddle ${command} waits for as long as it takes`;
  return new CliError('HDL838', 3, `${command} was not read in ${ms / 60_000} minutes`, 'an answer by then', fix);
};
