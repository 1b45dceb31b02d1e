// The command line of `npm run simulate`.
import { parseArgs } from 'node:util';
import { type Shape, usualPeak } from './arrivals.ts';
import { type QuotaName, type Quotas, quotasOf } from './quotas.ts';

/**
 * HDL750: an option of npm run simulate is not what it takes. Fix: see npm run simulate -- --help.
 * HDL751: npm run simulate was given a quota that there is not. Fix: take one of the names that it prints.
 * HDL752: npm run simulate was asked for a pipeline that is not in bin/pipelines.ts, or for an Express one. Fix: name a Standard one.
 */
export class SimulateError extends Error {
  override readonly name = 'SimulateError';
}

export interface Asked {
  readonly pipelines: number;
  readonly runsPerDay: number;
  readonly shape: Shape;
  readonly peak: number;
  readonly hottest: number | undefined;
  readonly hours: number;
  readonly stages: number;
  readonly seconds: number;
  readonly items: number | undefined;
  readonly batch: number;
  readonly concurrency: number;
  readonly limited: boolean;
  readonly pooled: number;
  readonly lost: number;
  /** A pipeline of this app, instead of one that is made. */
  readonly like: string | undefined;
  readonly region: string;
  readonly quotas: Quotas;
  readonly seed: number;
  readonly json: boolean;
  readonly limits: number;
}

export const help = `npm run simulate [-- options]: many runs a day against AWS's quotas, in virtual time

  --pipelines N        pipelines of the orchestrator (default: 1000)
  --runs-per-day N     of all of them together (default: 1e6)
  --shape SHAPE        flat; office: working hours, at --peak 3x; burst: each hour's runs at its beginning, --peak 60x
  --peak N             the busiest time as a multiple of the average (sets --shape office where none is given)
  --hottest SHARE      the share of all runs that one pipeline has, such as 80% (default: an even one)
  --stages N           stages of a pipeline, one after the other (default: 10)
  --seconds N          how long a call of a stage takes (default: 1)
  --items N            makes the second stage a map over so many items, in batches of --batch 25, --concurrency 10 at once
  --limited            limits runs of each pipeline, so that each run passes a gate
  --pooled N           so many of the stages take of one pool, which all pipelines share (default: 0)
  --like PIPELINE      simulates a pipeline of bin/pipelines.ts instead; --items for all its maps
  --lost SHARE         start messages that can start no run (default: 0.1%)
  --hours N            how much of a day, from midnight (default: 24)
  --region REGION      whose quotas (default: us-east-1)
  --quota NAME=N[/B]   a quota that you have: a number, or a rate a second with its bucket; may be given again
  --limits N           how many limits to look for, one after the other (default: 3; 0 for none)
  --seed N             (default: 7)
  --json               all figures, as JSON

What is taken for granted: a stage takes its expected time, every time; no cold starts; nothing fails but what is throttled; what follows
a state begins ${'30 ms'} later. What a run calls and writes is what \`heddle estimate\` says, from the machine as emitted, which a test holds
against what a run really calls; a choice takes its dearer branch, a repeat one round. The batches of a map are so many calls, and
what follows waits for all of them. A pool holds nobody up, but its key is written as if everybody had waited. A throttled call waits in order instead of coming back at random, and a write above a key's
rate is counted, not delayed. Traffic on the queues of dead letters, deadlines, schedules and sweeps is left out.
`;

const names = {
  pipelines: 'integer',
  'runs-per-day': 'number',
  stages: 'integer',
  seconds: 'number',
  items: 'integer',
  batch: 'integer',
  concurrency: 'integer',
  hours: 'number',
  limits: 'count',
  pooled: 'count',
  seed: 'count',
} as const;
type Name = keyof typeof names;

const wrong = (name: string, found: string, expected: string): SimulateError =>
  new SimulateError(`HDL750 --${name} is '${found}'. Expected ${expected}. Fix: see npm run simulate -- --help`);

const numberOf = (name: Name, text: string): number => {
  const kind = names[name];
  const value = Number(text);
  const least = kind === 'count' ? 0 : kind === 'integer' ? 1 : Number.MIN_VALUE;
  if (text.trim() !== '' && Number.isFinite(value) && value >= least && (kind === 'number' || Number.isInteger(value)))
    return value;
  throw wrong(name, text, kind === 'number' ? 'a number above 0' : `a whole number from ${least}`);
};

const shareOf = (name: string, text: string): number => {
  const [, digits = '', percent] = /^([\d.]+)(%?)$/.exec(text) ?? [];
  const value = Number(digits) / (percent ? 100 : 1);
  if (digits !== '' && value >= 0 && value <= 1) return value;
  throw wrong(name, text, 'a share such as 80% or 0.8');
};

const shapes: readonly Shape[] = ['flat', 'office', 'burst'];

const quotasAsked = (region: string, given: readonly string[]): Quotas => {
  const quotas: { [name in QuotaName]: Quotas[QuotaName] } = { ...quotasOf(region) };
  for (const text of given) {
    const [, name = '', most = '', bucket] = /^(\w+)=([\d.e]+)(?:\/([\d.e]+))?$/.exec(text) ?? [];
    if (!Object.hasOwn(quotas, name))
      throw new SimulateError(
        `HDL751 --quota is '${text}'. Expected NAME=N or NAME=N/BUCKET, with a name of ${Object.keys(quotas).join(', ')}. Fix: correct it`,
      );
    const quota = quotas[name as QuotaName]; // it is one of the object's own
    const isRate = quota.unit === 'a second';
    if (bucket !== undefined && !isRate) throw wrong('quota', text, `${name}=N: it is no rate, and has no bucket`);
    const rate = Number(most);
    const saved = bucket === undefined ? Math.max(1, rate) : Number(bucket);
    if (!(rate > 0 && saved >= 1)) throw wrong('quota', text, 'a number above 0, and a bucket of 1 or more');
    quotas[name as QuotaName] = { ...quota, most: rate, ...(isRate ? { bucket: saved } : {}) };
  }
  return quotas;
};

const read = (args: readonly string[]) => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        pipelines: { ...text, default: '1000' },
        'runs-per-day': { ...text, default: '1e6' },
        shape: text,
        peak: text,
        hottest: text,
        stages: { ...text, default: '10' },
        seconds: { ...text, default: '1' },
        items: text,
        batch: { ...text, default: '25' },
        concurrency: { ...text, default: '10' },
        limited: flag,
        pooled: { ...text, default: '0' },
        like: text,
        lost: { ...text, default: '0.1%' },
        hours: { ...text, default: '24' },
        region: { ...text, default: 'us-east-1' },
        quota: { ...text, multiple: true, default: [] },
        limits: { ...text, default: '3' },
        seed: { ...text, default: '7' },
        json: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new SimulateError(`HDL750 ${(error as Error).message}. Fix: see npm run simulate -- --help`); // parseArgs throws no other
  }
};

/** Throws SimulateError. Undefined when help is asked for. */
export const readOptions = (args: readonly string[]): Asked | undefined => {
  const values = read(args);
  if (values.help) return undefined;
  const shape = shapes.find((one) => one === (values.shape ?? (values.peak === undefined ? 'flat' : 'office')));
  if (!shape) throw wrong('shape', values.shape ?? '', shapes.join(', '));
  const peak = values.peak === undefined ? usualPeak[shape] : Number(values.peak.replace(/x$/, ''));
  if (!(peak >= 1) || (shape === 'flat' && peak !== 1))
    throw wrong('peak', values.peak ?? '', shape === 'flat' ? 'none: flat has no peak' : 'a multiple such as 3x');
  return {
    pipelines: numberOf('pipelines', values.pipelines),
    runsPerDay: numberOf('runs-per-day', values['runs-per-day']),
    shape,
    peak,
    hottest: values.hottest === undefined ? undefined : shareOf('hottest', values.hottest),
    hours: numberOf('hours', values.hours),
    stages: numberOf('stages', values.stages),
    seconds: numberOf('seconds', values.seconds),
    items: values.items === undefined ? undefined : numberOf('items', values.items),
    batch: numberOf('batch', values.batch),
    concurrency: numberOf('concurrency', values.concurrency),
    limited: values.limited,
    pooled: numberOf('pooled', values.pooled),
    lost: shareOf('lost', values.lost),
    like: values.like,
    region: values.region,
    quotas: quotasAsked(values.region, values.quota),
    seed: numberOf('seed', values.seed),
    json: values.json,
    limits: numberOf('limits', values.limits),
  };
};
