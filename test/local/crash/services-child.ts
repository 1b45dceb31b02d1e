// The process that is killed: an engine of many services, each with something to do that this process asks for and goes on with. Arguments: the
// state folder, the file of what was answered. Says `open` and `work` as child.ts does and, once all is done, what is not as it must be.
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { openServices } from '../../../lib/local/index.ts';
import { executions } from './executions.ts';
import { messages } from './messages.ts';
import { stores } from './stores.ts';

const [stateDir = '', notesFile = ''] = process.argv.slice(2);
const LONGEST_LIFE_MS = 60_000;
const SERVICES = [
  'sfn',
  'lambda',
  'sqs',
  'sns',
  's3',
  'dynamodb',
  'eventbridge',
  'scheduler',
  'cloudwatch',
  'cloudwatchlogs',
] as const;

const file = openSync(notesFile, 'a+');
const notes = new Set(readFileSync(notesFile, 'utf8').split('\n').filter(Boolean));
const note = (text: string): void => {
  writeSync(file, `${text}\n`);
  fsyncSync(file);
  notes.add(text);
  process.stdout.write('work\n');
};
/** A life that sees it may be cut off before it could say so. */
const FAULT = 'fault: ';
const fault = (text: string): void => note(`${FAULT}${text}`);

let now = 'it opens';
process.on('exit', (code) => {
  if (code === 13) process.stderr.write(`nobody is there any more who would carry on with ${now}\n`); // an `await` that nothing will settle
});
const overdue = setTimeout(() => {
  process.stdout.write(`${JSON.stringify({ problems: [`it takes longer than a minute: ${now}`] })}\n`);
  process.exit(0);
}, LONGEST_LIFE_MS);
overdue.unref();

process.stdout.write('open\n');
const opening = openServices({
  stateDir,
  services: SERVICES,
  functions: {
    work: async (event: unknown) => {
      note(`called ${JSON.stringify(event)}`);
      return event;
    },
    fails: async () => {
      note('failed');
      if (!notes.has('mended')) throw new Error('not yet');
      return 'mended';
    },
  },
});
let isClosing = false;
const never = new Promise<never>(() => undefined);
process.on('SIGTERM', () => {
  isClosing = true;
  setInterval(() => undefined, 1_000); // until it is killed, which may be while it closes
  void opening.then((opened) => opened.close());
});
const engine = await opening;
const life = { engine, notes, note, fault };
const subjects = Object.entries({ ...messages(life), ...stores(life), ...executions(life) });
const unfinished = new Set(subjects.map(([name]) => name));
now = [...unfinished].join(', ');
const problems = await Promise.all(
  subjects.map(async ([name, carryOn]) => {
    const found = await carryOn().catch((error) => {
      if (isClosing) return never;
      throw error;
    });
    unfinished.delete(name);
    now = [...unfinished].join(', ');
    return found.map((problem) => `${name}: ${problem}`);
  }),
);
await engine.close();
closeSync(file);
const faults = [...notes].filter((text) => text.startsWith(FAULT));
process.stdout.write(`${JSON.stringify({ problems: [...faults, ...problems.flat()] })}\n`);
