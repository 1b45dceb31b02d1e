// `npm start`: the reference app on this machine, from a dropped file of reviews to the report, and what to try next.
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { freshAssembly } from '../lib/cli/assembly.ts';
import { CliError } from '../lib/cli/cli-error.ts';
import { usualConsolePort } from '../lib/cli/commands/console.ts';
import {
  type ChainRun,
  type Drop,
  dayDrop,
  type LocalHeddle,
  openLocal,
  outputOf,
  putHistory,
  readFaults,
  readInputFile,
  runDrop,
  saveArtifact,
  trialDrop,
} from '../lib/cli/demo/index.ts';
import { describeError } from '../lib/cli/describe-error.ts';
import { outletOf } from '../lib/cli/outlet.ts';
import { paintFor } from '../lib/cli/paint.ts';
import { viewRun } from '../lib/cli/run-view.ts';
import { runsTable } from '../lib/cli/runs-table.ts';
import { targetAt } from '../lib/cli/target.ts';
import { DamagedStateError } from '../lib/local/index.ts';
import { demoDays, demoDrop } from '../lib/pipelines/customer-intelligence/demo-drop.ts';
import { customerIntelligence } from '../lib/pipelines/customer-intelligence/index.ts';
import type { Quality } from '../lib/pipelines/customer-intelligence/sentiment/contracts.ts';
import { oneLine, plain } from '../lib/support/words.ts';
import { onStop } from './on-stop.ts';
import { settingOfProcess } from './setting.ts';

const help = `npm start [-- options]: four pipelines over customer reviews, run on this machine from the synthesized template

  --input FILE       your own reviews: .csv, .json or .jsonl with text, date (YYYY-MM-DD) and source
                     (default: 3,003 labelled sentences from Amazon, IMDb and Yelp reviews)
  --by-day           the sample by day and source: January lies in the inbox, to be backfilled; 1 February is dropped
  --partition NAME   the name under which the runs are kept (default: demo, with --fail faults, or the file's name)
  --fail STAGE:SHARE make a stage fail for a share of what it gets, to see what becomes of it: sentiment.score:3%, or
                     sentiment.score:12 for the first 12; may be given again for another stage
  --serve            open the console, a page to watch and look around in, until Ctrl-C
  --console-port N   its port on 127.0.0.1 (default: 4533; 0 takes any free one)
  --keep-open        let the engine go on answering at its port, for the AWS CLI and SDKs, until Ctrl-C
  --state DIR        where state is kept (default: .heddle)
  --port N           the engine's port on 127.0.0.1 (default: any free one)
  --set-aside        rename a damaged state and begin anew (nothing is deleted)
  --help             this text

Exit codes: 0 done, 1 a run failed, 2 the usage or the input is wrong.
`;

process.env.TZ = 'UTC'; // Lambda's own; the engine's worker threads share this process's zone

const orchestrator = 'heddle';
const defaultState = '.heddle';
const root = join(import.meta.dirname, '..');
const screen = outletOf(process.stdout);
const say = (line = ''): void => {
  screen.write(`${line}\n`);
};

const options = () =>
  parseArgs({
    options: {
      input: { type: 'string' },
      partition: { type: 'string' },
      'by-day': { type: 'boolean', default: false },
      state: { type: 'string', default: defaultState },
      port: { type: 'string', default: '0' },
      fail: { type: 'string', multiple: true, default: [] },
      'keep-open': { type: 'boolean', default: false },
      serve: { type: 'boolean', default: false },
      'console-port': { type: 'string', default: String(usualConsolePort) },
      'set-aside': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;

const portOf = (text: string, option = 'port'): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new CliError(
    'HDL603',
    2,
    `--${option} is '${text}'`,
    'a port from 1 to 65535, or 0 for any free one',
    'see --help',
  );
};

/** One segment of a key in the inbox, as the trigger's `{partition}` takes it: a trial's, which begins with a letter. */
const partitionOf = (name: string): string => {
  if (/^[A-Za-z][\w.-]*$/.test(name)) return name;
  const expected = 'a letter, then letters, digits, dots, hyphens and underscores, such as may-2026';
  throw new CliError('HDL603', 2, `--partition is '${name}'`, expected, 'leave out all else');
};

const links = customerIntelligence.map(({ name, upstream }) => ({
  name,
  upstream: Object.values(upstream).map((pipeline) => pipeline.name),
}));

const count = (n: number): string => n.toLocaleString('en-US');

const sayRuns = async (heddle: LocalHeddle, chain: readonly ChainRun[]): Promise<void> => {
  const runs = chain.flatMap(({ run }) => run ?? []);
  const views = await Promise.all(runs.map((run) => viewRun(heddle, run)));
  const width = screen.isTerminal ? screen.width : Number.POSITIVE_INFINITY;
  const paint = paintFor({ stdout: screen, environment: process.env });
  for (const line of runsTable(views, { now: Date.now(), width, paint })) say(line);
  const idle = chain.filter(({ run }) => !run).map(({ pipeline }) => pipeline);
  if (idle.length > 0) say(`Not started, as what they need is not complete: ${idle.join(', ')}`);
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** How well the models did against the labels, where the drop has any. */
const sayQuality = async (heddle: LocalHeddle, chain: readonly ChainRun[]): Promise<void> => {
  const run = chain.find(({ pipeline }) => pipeline === 'sentiment')?.run;
  if (!run) return;
  // The contract of `sentiment` says what its output's quality is.
  const quality = (await outputOf(heddle, run, ['quality'])) as Quality | null;
  if (!quality) return;
  const { all, evenLines, evenLinesLexiconAlone } = quality;
  say(
    `Accuracy against ${count(all.labelled)} labels: ${percent(all.accuracy)} ` +
      `(on the half that no model was developed on: ${percent(evenLines.accuracy)}; the cheap model alone there: ${percent(evenLinesLexiconAlone.accuracy)})`,
  );
};

const shownDeadLetters = 5;

const sayDeadLetters = async ({ ledger }: LocalHeddle, chain: readonly ChainRun[], where: string): Promise<void> => {
  for (const { pipeline, run } of chain) {
    if (!run) continue;
    const letters = await ledger.deadLetters.list(pipeline, run.run);
    if (letters.length === 0) continue;
    say(
      `${count(letters.length)} dead letter(s) of ${pipeline}${run.status === 'completed' ? '; the rest went on' : ''}:`,
    );
    for (const { stage, cause } of letters.slice(0, shownDeadLetters)) say(`  ${stage}: ${oneLine(cause, 500)}`);
    if (letters.length > shownDeadLetters)
      say(`  … and ${count(letters.length - shownDeadLetters)} more: npx heddle run ${run.run}${where}`);
  }
};

const saveReport = async (heddle: LocalHeddle, chain: readonly ChainRun[], stateDir: string): Promise<void> => {
  const run = chain.find(({ pipeline }) => pipeline === 'report')?.run;
  if (!run) return;
  const artifacts = (await outputOf(heddle, run, ['artifacts'])) as readonly {
    bucket: string;
    key: string;
    name: string;
  }[];
  for (const artifact of artifacts.toReversed()) {
    const path = await saveArtifact(heddle, artifact, join(stateDir, 'reports', run.partition), artifact.name);
    say(`Report: ${path}`);
  }
};

/** What npm start wants to hear to look at the same runs again. */
const partitionWords = (given: { readonly input?: string; readonly partition?: string }, partition: string): string =>
  (given.input === undefined ? '' : ` --input ${given.input}`) +
  (given.input === undefined || given.partition !== undefined ? ` --partition ${partition}` : '');

/** What a person who made stages fail would type next. */
const sayRepair = (faults: readonly string[], same: string, where: string): void => {
  const pipelines = [...new Set(faults.map((fault) => fault.split('.')[0]))];
  say('The faults were of this run of npm start only. To do again what failed, and what depends on it:');
  for (const pipeline of pipelines) {
    say(`  npx heddle dead-letters list --pipeline ${pipeline}${where}`);
    say(`  npx heddle dead-letters replay --pipeline ${pipeline} --go${where}`);
  }
  say(`Then the report anew: npm start --${same}${where}`);
  say(
    'With --keep-open there, AWS itself can do it: aws sqs start-message-move-task, to the replay queue of the pipeline.',
  );
};

/** Opens the console on the engine, and says where. */
const serve = async ({ aws }: LocalHeddle, state: string, port: number): Promise<void> => {
  const place = { name: `the local engine in ${state}`, embedded: false, close: async () => undefined };
  const target = await targetAt(aws, orchestrator, place);
  const { openConsole } = await import('../lib/cli/console/index.ts'); // not for who does not ask for it
  const { address } = await openConsole({ target, setting: settingOfProcess(), port, portOption: 'console-port' });
  say(`The console: ${address}`);
};

/** The sample by day and source: the last day as it comes in, all before as what is to be caught up with. */
const runDays = async (heddle: LocalHeddle, where: string): Promise<number> => {
  const days = demoDays();
  const last = days.reduce((newest, { day }) => (day > newest ? day : newest), '');
  const history = days.filter(({ day }) => day !== last);
  await putHistory(heddle, history.map(dayDrop));
  say(
    `${history.length} files lie in the inbox, of a source and a day each, as if they had been there before Heddle was.`,
  );
  say(`Nothing started for them. Those of ${last} are dropped now:`);
  say();
  const chain: ChainRun[] = [];
  for (const drop of days.filter(({ day }) => day === last).map(dayDrop))
    chain.push(...(await runDrop(heddle, drop, links, screen)).chain);
  say();
  await sayRuns(heddle, chain);
  say();
  await sayDeadLetters(heddle, chain, where);
  say('Now the month before it, and how the partitions stand then:');
  const backfill = `  npx heddle backfill report --from 2026-01-01 --to 2026-01-31 --upstream${where}`;
  say(backfill);
  say(`${backfill} --go`);
  say(`  npx heddle partitions report${where}`);
  return chain.every(({ run }) => run?.status === 'completed') ? 0 : 1;
};

/** Says how others reach the engine, and stays. */
const sayOpen = async ({ engine }: LocalHeddle): Promise<void> => {
  say();
  say(`The engine goes on answering at ${engine.endpoint} until Ctrl-C; in another terminal:`);
  say(
    `  export AWS_ENDPOINT_URL=${engine.endpoint} AWS_REGION=${engine.region} AWS_DEFAULT_REGION=${engine.region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DISABLE_HOST_PREFIX_INJECTION=true`,
  );
  // Version 1 of the AWS CLI asks AWS itself for SQS, whatever AWS_ENDPOINT_URL says.
  say('  aws --endpoint-url $AWS_ENDPOINT_URL sqs list-queues');
  await new Promise(() => undefined);
};

/** As long as somebody asked for it. */
const stay = async (heddle: LocalHeddle, given: ReturnType<typeof options>): Promise<void> => {
  if (given['keep-open']) await sayOpen(heddle);
  if (!given.serve) return;
  say('The console stays open until Ctrl-C.');
  await new Promise(() => undefined);
};

const main = async (): Promise<number> => {
  const given = options();
  if (given.help) {
    process.stdout.write(help);
    return 0;
  }
  const port = portOf(given.port);
  const consolePort = portOf(given['console-port'], 'console-port');
  const faults = readFaults(given.fail, orchestrator, customerIntelligence);
  const others = [given.input, given.partition, given.fail[0]].filter((other) => other !== undefined);
  if (given['by-day'] && others.length > 0)
    throw new CliError('HDL603', 2, '--by-day with --input, --partition or --fail', '--by-day alone', 'leave them out');
  const drop: Drop = given.input
    ? readInputFile(given.input)
    : trialDrop(given.fail.length > 0 ? 'faults' : 'demo', 'reviews.jsonl', new TextEncoder().encode(demoDrop()));
  const named: Drop =
    given.partition === undefined ? drop : trialDrop(partitionOf(given.partition), basename(drop.key), drop.body);
  say(`Heddle: ${links.length} pipelines over ${given.input ?? 'the sample reviews'}, on this machine`);
  const { directory } = await freshAssembly({ root, environment: process.env, say });
  const heddle = await openLocal({
    assembly: directory,
    stateDir: given.state,
    port,
    setAsideDamaged: given['set-aside'],
    orchestrator,
    variables: faults,
  });
  let over = false;
  const stop = (): void => {
    heddle.engine.close().then(() => {
      if (!over) process.stderr.write('\nstopped; nothing is lost: run it again to go on from here\n');
      process.exit(over ? 0 : 130);
    });
  };
  onStop(stop);
  try {
    const where = given.state === defaultState ? '' : ` --state ${given.state}`;
    say(`The engine speaks the AWS protocols at ${heddle.engine.endpoint} until this ends`);
    for (const notice of heddle.engine.notices) say(notice);
    if (given.serve) await serve(heddle, given.state, consolePort);
    say();
    if (given['by-day']) {
      const code = await runDays(heddle, where);
      over = true;
      await stay(heddle, given);
      return code;
    }
    const { chain, reused } = await runDrop(heddle, named, links, screen);
    say();
    await sayRuns(heddle, chain);
    say();
    if (reused) {
      const fail = given.fail.length > 0 ? ', so nothing failed: add --partition NAME for runs of their own' : '';
      say(`All of it was done before, for the same content: nothing ran again${fail}.`);
    }
    await sayDeadLetters(heddle, chain, where);
    const failed = chain.find(({ run }) => run && run.status !== 'completed')?.run;
    if (failed) {
      say(`${failed.pipeline} ${failed.status}: ${plain(failed.cause ?? 'no cause was recorded')}`);
      say(`Look closer: npx heddle run ${failed.run}${where}`);
      over = true;
      await stay(heddle, given);
      return 1;
    }
    await sayQuality(heddle, chain);
    await saveReport(heddle, chain, given.state);
    say(`State: ${given.state} (delete it to begin anew)`);
    say();
    if (given.fail.length > 0) sayRepair(given.fail, partitionWords(given, named.partition), where);
    else
      say(
        `Next: npx heddle runs${where} · npx heddle run <id>${where} · npx heddle graph report --as mermaid · npm start -- --input FILE.csv`,
      );
    over = true;
    await stay(heddle, given);
    return 0;
  } finally {
    await heddle.engine.close();
  }
};

try {
  process.exitCode = await main();
} catch (error) {
  const { message, exit } = describeError(error);
  const hint = error instanceof DamagedStateError ? ' (npm start -- --set-aside does so)' : '';
  process.stderr.write(`${message}${hint}\n`);
  process.exitCode = exit;
}
