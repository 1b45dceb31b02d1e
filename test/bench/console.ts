// First paint of the console's pages on a ledger of 10,000 runs, in Chromium, and what a widget's function takes for the same. The runs
// are written by the ledger's own writers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { readArguments } from '../../lib/cli/arguments.ts';
import { freshAssembly } from '../../lib/cli/assembly.ts';
import { runs as runsCommand } from '../../lib/cli/commands/runs.ts';
import { openConsole } from '../../lib/cli/console/index.ts';
import { openTarget } from '../../lib/cli/target.ts';
import { openEngine } from '../../lib/local/index.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { mostWidgetBytes } from '../../lib/widgets/index.ts';
import { testSetting } from '../cli/setting.ts';
import { openBrowser } from '../e2e/console/browser.ts';
import { newest, seedRuns } from '../e2e/console/seed.ts';
import { median } from './measure.ts';
import type { Row } from './row.ts';

const root = join(import.meta.dirname, '..', '..');
const total = 10_000;
const rounds = 5;
const goalMs = 500;

const command = 'npm run bench -- console';
const runs = `${total.toLocaleString('en-US')} runs`;

const paintOf = async (browser: Browser, baseURL: string, path: string): Promise<Row> => {
  const paints: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const page = await browser.newPage({ baseURL });
    await page.goto(path);
    paints.push(
      (await page.evaluate(
        "new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntriesByName('first-contentful-paint')[0]?.startTime)).observe({ type: 'paint', buffered: true }))",
      )) as number,
    );
    await page.close();
  }
  const value = median(paints);
  return {
    figure: `first paint of ${path.replace(/past-[^/]+/, '<run>')}, ${runs}`,
    value: `${value.toFixed(0)} ms`,
    goal: `at most ${goalMs} ms`,
    holds: value <= goalMs,
    command,
  };
};

/** The first call is not counted: the sandbox is cold. */
const widgetOf = async (aws: Aws, event: { readonly view: string }): Promise<readonly Row[]> => {
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round <= rounds; round++) {
    const began = performance.now();
    const html = String(await aws.invoke('heddle-widget', { ...event, widgetContext: { theme: 'light' } }));
    if (round > 0) times.push(performance.now() - began);
    bytes = Buffer.byteLength(html);
  }
  const value = median(times);
  return [
    {
      figure: `widget ${event.view}, warm, ${runs}`,
      value: `${value.toFixed(0)} ms`,
      goal: 'at most 1,000 ms',
      holds: value <= 1_000,
      command,
    },
    {
      figure: `size of it`,
      value: `${(bytes / 1_000).toFixed(0)} KB`,
      goal: 'at most 100 KB',
      holds: bytes <= mostWidgetBytes,
      command,
    },
  ];
};

export const consolePages = async (): Promise<readonly Row[]> => {
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const { directory } = await freshAssembly({ root, environment: process.env, say });
  const stateDir = mkdtempSync(join(tmpdir(), 'heddle-console-'));
  const engine = await openEngine({ assembly: directory, stateDir });
  const environment = { AWS_ENDPOINT_URL: engine.endpoint };
  // A minute after the newest run, whenever this is measured.
  const { setting } = testSetting([], { environment, now: () => newest + 60_000 });
  const target = await openTarget(readArguments(runsCommand, []), setting);
  const { pipelines } = target.manifest;
  for (const name of pipelines) {
    const { stages, deadLetterQueueUrl: queueUrl } = await target.pipeline(name);
    await seedRuns(target.ledger, { pipeline: name, stages, count: total / pipelines.length, queueUrl });
  }
  const served = await openConsole({ target, setting, port: 0 });
  const browser = await openBrowser();
  const [first = ''] = pipelines;
  const [run] = await target.ledger.runs.latest(first, 1);
  const { stages } = await target.pipeline(first);
  const aRun = `/runs/${first}/${run?.run}`;
  const paths = [
    ...['/', '/runs', `/pipelines/${first}`, `/pipelines/${first}/partitions`, aRun, `${aRun}/stages/${stages[0]}`],
    ...[
      '/dead-letters',
      '/approvals',
      '/backfills',
      '/cost',
      '/quality',
      `/lineage?artifact=${first}/${run?.partition}`,
    ],
    ...['/pools', `/search?q=${run?.partition}`],
  ];
  const widgets = [
    { view: 'home' },
    { view: 'grid', pipeline: first },
    { view: 'letters' },
    { view: 'approvals' },
    { view: 'run', pipeline: first, run: run?.run },
  ];
  try {
    const rows: Row[] = [];
    for (const path of paths) rows.push(await paintOf(browser, served.address, path));
    for (const event of widgets) rows.push(...(await widgetOf(target.aws, event)));
    return rows;
  } finally {
    await browser.close();
    await served.close();
    await engine.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
};
