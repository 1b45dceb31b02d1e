// `node bin/run.mjs test/bench/peers/large.ts [N [--out FILE]]`: one execution of N tasks in a row, and one of N children of a Distributed
// Map, each at a quarter, half and all of N in a process of its own: is time linear, and what does memory come to?
// A Standard execution of 10,000 tasks is beyond AWS's 25,000 events, so its limit is lifted here; Express has none.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openServices, type Shape } from '../../../lib/local/index.ts';

type Type = 'STANDARD' | 'EXPRESS';

const GOAL_MB = 400;
const SLACK = 1.5;
const CONCURRENCY = 100;
const task = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:work' };

const inARow = (count: number) => ({
  StartAt: 'Work',
  States: {
    Work: { ...task, Next: 'More' },
    More: {
      Type: 'Choice',
      Choices: [{ Condition: `{% $states.input.n < ${count} %}`, Next: 'Work' }],
      Default: 'Done',
    },
    Done: { Type: 'Succeed' },
  },
});

const children = (count: number, type: Type) => ({
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      Items: `{% [1..${count}].{ "n": $ } %}`,
      MaxConcurrency: CONCURRENCY,
      Label: 'each',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: type },
        StartAt: 'Work',
        States: { Work: { ...task, End: true } },
      },
      Output: '{% { "n": $count($states.result) } %}',
      End: true,
    },
  },
});

const shapes = {
  'tasks in a row, Standard': { type: 'STANDARD', machine: inARow },
  'tasks in a row, Express': { type: 'EXPRESS', machine: inARow },
  'distributed children, Standard': { type: 'STANDARD', machine: (n: number) => children(n, 'STANDARD') },
  'distributed children, Express': { type: 'STANDARD', machine: (n: number) => children(n, 'EXPRESS') },
} as const;
type Name = keyof typeof shapes;

interface Measured {
  readonly ms: number;
  /** Of the processors: what a busy machine does not change. */
  readonly workMs: number;
  readonly mb: number;
}

const measure = async (name: Name, count: number): Promise<Measured> => {
  const { type, machine } = shapes[name];
  const stateDir = mkdtempSync(join(tmpdir(), 'heddle-large-'));
  const functions = { work: ({ n }: { n: number }) => ({ n: n + 1 }) };
  const engine = await openServices({ stateDir, functions, historyLimit: Number.POSITIVE_INFINITY });
  const sfn = engine.service('sfn');
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...machine(count) });
  const about = { name: 'large', type, definition, roleArn: 'arn:aws:iam::123456789012:role/r' };
  const { stateMachineArn } = await sfn.call('CreateStateMachine', about);
  const begun = performance.now();
  const before = process.cpuUsage();
  const run = { stateMachineArn, input: '{"n":0}' };
  let ended: Shape;
  if (type === 'EXPRESS') ended = await sfn.call('StartSyncExecution', run);
  else ended = await engine.ended(String((await sfn.call('StartExecution', run)).executionArn));
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  if (ended.output !== JSON.stringify({ n: count })) throw new Error(`${name}: ${JSON.stringify(ended).slice(0, 500)}`);
  await engine.close();
  rmSync(stateDir, { recursive: true });
  return { ms, workMs: (user + system) / 1000, mb: process.resourceUsage().maxRSS / 1024 };
};

const inProcessOfItsOwn = (name: Name, count: number): Measured => {
  const run = spawnSync(process.execPath, ['--no-warnings', import.meta.filename, name, String(count)], {
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
};

/** `seconds` are those of a quarter, half and all of the count, `mb` is the most memory that the process of all of it had. */
export interface LargeRow {
  readonly name: string;
  readonly seconds: readonly number[];
  readonly mb: number;
  /** Memory within the goal, and all of it at most half as much work a piece again as a quarter was. */
  readonly holds: boolean;
}

const largeRow = (name: Name, most: number): LargeRow => {
  const parts = [4, 2, 1].map((part) => inProcessOfItsOwn(name, most / part));
  const [quarter, all] = [parts[0], parts[2]];
  const isLinear = quarter !== undefined && all !== undefined && all.workMs <= quarter.workMs * 4 * SLACK;
  const mb = all?.mb ?? Number.NaN;
  return { name, seconds: parts.map(({ ms }) => ms / 1000), mb, holds: isLinear && mb <= GOAL_MB };
};

const [first = '10000', second, out] = process.argv.slice(2);
if (second !== undefined && second !== '--out') {
  process.stdout.write(JSON.stringify(await measure(first as Name, Number(second)))); // started by this file itself
} else {
  const most = Number(first);
  const names = Object.keys(shapes) as Name[]; // the keys of the table above
  const rows = names.map((name) => largeRow(name, most));
  if (out !== undefined) writeFileSync(out, JSON.stringify(rows));
  const shown = rows.map(({ name, seconds, mb, holds }) => {
    const [quarter, half, all] = seconds.map((each) => `${each.toFixed(2)} s`);
    return [name, { [most / 4]: quarter, [most / 2]: half, [most]: all, 'peak MB': mb.toFixed(0), holds }];
  });
  console.table(Object.fromEntries(shown));
}
