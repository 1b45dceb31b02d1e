// The front of the CLI: finds the command that the words name, runs it, and turns whatever it throws into one message.
import { nearest } from '../support/nearest.ts';
import { plain } from '../support/words.ts';
import { readArguments } from './arguments.ts';
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';
import { answer } from './commands/answer.ts';
import { approvals } from './commands/approvals.ts';
import { asl } from './commands/asl.ts';
import { backfill } from './commands/backfill.ts';
import { backfills } from './commands/backfills.ts';
import { backfillsCancel, backfillsPause, backfillsResume } from './commands/backfills-change.ts';
import { cancel } from './commands/cancel.ts';
import { completionOf } from './commands/completion.ts';
import { consoleCommand } from './commands/console.ts';
import { cost } from './commands/cost.ts';
import { deadLettersDiscard } from './commands/dead-letters-discard.ts';
import { deadLettersList } from './commands/dead-letters-list.ts';
import { deadLettersReplay } from './commands/dead-letters-replay.ts';
import { deadLettersShow } from './commands/dead-letters-show.ts';
import { doctor } from './commands/doctor.ts';
import { estimate } from './commands/estimate.ts';
import { explain } from './commands/explain.ts';
import { fork } from './commands/fork.ts';
import { graph } from './commands/graph.ts';
import { lineage } from './commands/lineage.ts';
import { localRun } from './commands/local-run.ts';
import { logs } from './commands/logs.ts';
import { partitions } from './commands/partitions.ts';
import { pause } from './commands/pause.ts';
import { pools } from './commands/pools.ts';
import { quality } from './commands/quality.ts';
import { resume } from './commands/resume.ts';
import { resumeTriggers } from './commands/resume-triggers.ts';
import { run } from './commands/run.ts';
import { runs } from './commands/runs.ts';
import { start } from './commands/start.ts';
import { validate } from './commands/validate.ts';
import { verify } from './commands/verify.ts';
import { watch } from './commands/watch.ts';
import { describeError } from './describe-error.ts';
import { helpOf, helpOfAll } from './help.ts';
import { columnsOf, print, remark, type Setting } from './setting.ts';

/** In the order of `--help`. */
export const commands: readonly Command[] = [
  validate,
  explain,
  graph,
  asl,
  estimate,
  verify,
  localRun,
  consoleCommand,
  start,
  runs,
  run,
  logs,
  watch,
  partitions,
  pools,
  cost,
  quality,
  lineage,
  cancel,
  answer,
  approvals,
  resume,
  fork,
  pause,
  resumeTriggers,
  backfill,
  backfills,
  backfillsPause,
  backfillsResume,
  backfillsCancel,
  deadLettersList,
  deadLettersShow,
  deadLettersReplay,
  deadLettersDiscard,
  doctor,
  completionOf(() => commands),
];

/** Runs what the words after `heddle` ask for. Resolves with the exit code; never rejects. */
export const runProgram = async (words: readonly string[], setting: Setting): Promise<number> => {
  try {
    return await perform(words, setting);
  } catch (error) {
    const { message, exit } = describeError(error);
    remark(setting, [plain(message)]);
    return exit;
  }
};

const perform = async (words: readonly string[], setting: Setting): Promise<number> => {
  const [first, second] = words;
  const width = columnsOf(setting.stdout);
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    print(setting, helpOfAll(commands, width));
    return 0;
  }
  if (first === '--version' || first === '-v') {
    print(setting, [setting.version]);
    return 0;
  }
  const named = (typed: string): Command | undefined => commands.find(({ words: own }) => own === typed);
  const command = named(`${first} ${second}`) ?? named(first);
  if (command) {
    const rest = words.slice(command.words.split(' ').length);
    const given = readArguments(command, rest);
    if (!given.has('help')) return command.run(given, setting);
    print(setting, helpOf(command, width));
    return 0;
  }
  const group = commands.filter(({ words: own }) => own.startsWith(`${first} `));
  if (group.length > 0 && second === '--help') {
    print(setting, helpOfAll(group, width));
    return 0;
  }
  throw unknownCommand(
    group.length > 0 && second !== undefined && !second.startsWith('-') ? `${first} ${second}` : first,
  );
};

const unknownCommand = (typed: string): CliError => {
  const group = commands.filter(({ words }) => words.startsWith(`${typed.split(' ')[0]} `));
  const known = (group.length > 0 ? group : commands).map(({ words }) => words);
  const near = nearest(typed, known) ?? known.find((name) => name.startsWith(typed.slice(0, 3)));
  return new CliError(
    'HDL605',
    2,
    `heddle has no command '${typed}'`,
    `one of ${known.join(', ')}`,
    near ? `did you mean heddle ${near}?` : 'see npx heddle --help',
  );
};
