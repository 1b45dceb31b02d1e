// First paint of the console's pages on a ledger of 10,000 runs, in Chromium. The runs are written by the ledger's own writers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from '../../lib/cli/arguments.ts';
import { freshAssembly } from '../../lib/cli/assembly.ts';
import { runs as runsCommand } from '../../lib/cli/commands/runs.ts';
import { openConsole } from '../../lib/cli/console/index.ts';
import { openTarget } from '../../lib/cli/target.ts';
import { openEngine } from '../../lib/local/index.ts';
import { testSetting } from '../cli/setting.ts';
import { openBrowser } from '../e2e/console/browser.ts';
import { seedRuns } from '../e2e/console/seed.ts';
import { median } from './measure.ts';
import type { Row } from './row.ts';

const root = join(import.meta.dirname, '..', '..');
const total = 10_000;
const rounds = 5;
const goalMs = 500;

export const consolePages = async (): Promise<readonly Row[]> => {
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const { directory } = await freshAssembly({ root, environment: process.env, say });
  const stateDir = mkdtempSync(join(tmpdir(), 'heddle-console-'));
  const engine = await openEngine({ assembly: directory, stateDir });
  const environment = { AWS_ENDPOINT_URL: engine.endpoint };
  const { setting } = testSetting([], { environment, now: Date.now });
  const target = await openTarget(readArguments(runsCommand, []), setting);
  const { pipelines } = target.manifest;
  for (const name of pipelines)
    await seedRuns(target.ledger, {
      pipeline: name,
      stages: (await target.pipeline(name)).stages,
      count: total / pipelines.length,
    });
  const served = await openConsole({ target, setting, port: 0 });
  const browser = await openBrowser();
  try {
    const rows: Row[] = [];
    const [first = ''] = pipelines;
    for (const path of ['/', '/runs', `/pipelines/${first}`]) {
      const paints: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const page = await browser.newPage({ baseURL: served.address });
        await page.goto(path);
        paints.push(
          (await page.evaluate(
            "new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntriesByName('first-contentful-paint')[0]?.startTime)).observe({ type: 'paint', buffered: true }))",
          )) as number,
        );
        await page.close();
      }
      const value = median(paints);
      rows.push({
        figure: `first paint of ${path}, ${total.toLocaleString('en-US')} runs`,
        value: `${value.toFixed(0)} ms`,
        goal: `at most ${goalMs} ms`,
        holds: value <= goalMs,
        command: 'npm run bench -- console',
      });
    }
    return rows;
  } finally {
    await browser.close();
    await served.close();
    await engine.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
};
