// `npm run pictures`: makes the pictures in .github/console again, of a month that is made up (story.ts). `npm run pictures -- run cost`
// makes those of these names.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openManifests } from '../../lib/operators/manifests.ts';
import { showWidget } from '../../lib/widgets/index.ts';
import { openBrowser } from '../e2e/console/browser.ts';
import { places } from './history.ts';
import { type Pixels, pngOf } from './png.ts';
import { now } from './sketch.ts';
import { type Stage, setStage } from './stage.ts';

const folder = join(import.meta.dirname, '..', '..', '.github', 'console');
/** Taller ones are cut: what is below is more of the same. */
const tallest = 1_500;

const looks = {
  light: { width: 1_180, height: 500, colorScheme: 'light' },
  dark: { width: 1_180, height: 500, colorScheme: 'dark' },
  wide: { width: 1_560, height: 500, colorScheme: 'light' },
  phone: { width: 390, height: 700, colorScheme: 'light' },
} as const;

interface Picture {
  readonly name: string;
  readonly path: string;
  /** @default 'light' */
  readonly look?: keyof typeof looks;
  /** What is done on the page before. */
  readonly first?: (page: Page) => Promise<void>;
}

const backfill = '/do/backfill?pipeline=report&from=2026-01-10&to=2026-01-20&only=all&upstream=yes';

const [, , asking = '', waits = ''] = places.waitingRun.split('/');
const answer = new URLSearchParams({ pipeline: asking, run: waits, stage: 'release', json: '{"approved":true}' });

const pictures: readonly Picture[] = [
  { name: 'home', path: '/' },
  { name: 'home-dark', path: '/', look: 'dark' },
  { name: 'runs', path: '/runs' },
  { name: 'grid', path: '/pipelines/classify' },
  { name: 'run', path: places.failedRun },
  { name: 'run-dark', path: places.openRun, look: 'dark' },
  { name: 'run-phone', path: places.waitingRun, look: 'phone' },
  { name: 'stage', path: places.stage },
  { name: 'compare', path: places.compare },
  {
    name: 'dead-letters',
    path: '/dead-letters',
    first: async (page) => {
      await page.getByText('Which ones').click();
    },
  },
  { name: 'dead-letter', path: places.letter },
  { name: 'approvals', path: '/approvals' },
  { name: 'answer', path: `/do/answer?${answer}` },
  { name: 'calendar', path: '/pipelines/classify/partitions' },
  { name: 'backfill-plan', path: backfill },
  { name: 'backfills', path: '/backfills' },
  { name: 'backfill', path: '/backfills/report-20260131-4e1f' },
  { name: 'cost', path: '/cost' },
  { name: 'quality', path: '/quality' },
  { name: 'lineage', path: '/lineage?artifact=classify/2026-01-25', look: 'wide' },
  { name: 'pools', path: '/pools' },
  { name: 'search', path: '/search?q=2026-01-17' },
];

/** The raw pixels of a PNG, as the browser reads it. */
const pixelsOf = async (browser: Browser, png: Buffer): Promise<Pixels> => {
  const page = await browser.newPage();
  const read = `(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${png.toString('base64')}';
    await image.decode();
    const { width, height } = image;
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const bytes = context.getImageData(0, 0, width, height).data;
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return { width, height, text: btoa(text) };
  })()`;
  const { width, height, text } = (await page.evaluate(read)) as Pick<Pixels, 'width' | 'height'> & { text: string };
  await page.close();
  return { width, height, rgba: Buffer.from(text, 'base64') };
};

const keep = async (browser: Browser, name: string, page: Page): Promise<void> => {
  const { width } = page.viewportSize() ?? looks.light;
  const tall = Number(await page.evaluate('document.documentElement.scrollHeight'));
  const clip = { x: 0, y: 0, width, height: Math.min(tall, tallest) };
  const shot = await page.screenshot({ fullPage: true, clip, animations: 'disabled' });
  const png = pngOf(await pixelsOf(browser, shot));
  writeFileSync(join(folder, `${name}.png`), png);
  process.stdout.write(`${name}.png ${Math.round(png.length / 1_024)} KB\n`);
};

const take = async (browser: Browser, stage: Stage, { name, path, look = 'light', first }: Picture): Promise<void> => {
  const { colorScheme, ...viewport } = looks[look];
  const page = await browser.newPage({ baseURL: stage.address, colorScheme, viewport });
  await page.clock.setFixedTime(now);
  await page.goto(path);
  await page.locator('#waiting').waitFor({ state: 'detached' }); // what is still being made
  await first?.(page);
  await keep(browser, name, page);
  await page.close();
};

/** What a dashboard shows, on a ground as CloudWatch has it. */
const takeWidget = async (browser: Browser, { target }: Stage): Promise<void> => {
  const { aws, ledger, manifest } = target;
  const manifests = openManifests(aws, `/heddle/${manifest.orchestrator}/`, () => now);
  const services = {
    aws,
    ledger,
    manifests,
    eventBus: manifest.eventBus,
    startQueueUrl: manifest.startQueueUrl,
    now: () => now,
  };
  const lambda = 'arn:aws:lambda:us-east-1:123456789012:function';
  const endpoints = {
    show: `${lambda}:heddle-widget`,
    act: `${lambda}:heddle-act`,
    orchestrator: manifest.orchestrator,
  };
  const [, , pipeline = '', run = ''] = places.failedRun.split('/');
  const html = await showWidget({ view: 'run', pipeline, run, widgetContext: { theme: 'light' } }, services, endpoints);
  const page = await browser.newPage({ viewport: looks.light, colorScheme: 'light' });
  await page.setContent(`<body style="margin:16px;font-family:sans-serif;background:#fff">${html}</body>`);
  await keep(browser, 'widget', page);
  await page.close();
};

const wanted = process.argv.slice(2);
const isWanted = ({ name }: Pick<Picture, 'name'>): boolean => wanted.length === 0 || wanted.includes(name);
mkdirSync(folder, { recursive: true });
const stage = await setStage();
const browser = await openBrowser();
try {
  for (const picture of pictures.filter(isWanted)) await take(browser, stage, picture);
  if (isWanted({ name: 'widget' })) await takeWidget(browser, stage);
} finally {
  await browser.close();
  await stage.close();
}
