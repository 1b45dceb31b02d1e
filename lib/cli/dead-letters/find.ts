// The dead letters that a person means: by name, or by filters.
import { likeness } from '../../console/index.ts';
import { isOpen } from '../../ledger/index.ts';
import { type DeadLetter, type LostStart, letterName, lostStartName } from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import type { Arguments, Option } from '../command.ts';
import { unknownPipeline } from '../find-pipeline.ts';
import { findRun } from '../find-run.ts';
import type { Target } from '../target.ts';
import { lostStarts } from './lost-starts.ts';
import { readMoment } from './moment.ts';

export const filterOptions: { readonly [name: string]: Option } = {
  pipeline: { value: 'P', says: 'of this pipeline' },
  run: { value: 'ID', says: 'of this run' },
  stage: { value: 'S', says: 'of this stage' },
  error: { value: 'NAME', says: 'whose error has this name, such as Heddle.Permanent' },
  matching: { value: 'PATTERN', says: 'whose cause this regular expression finds' },
  like: { value: 'TEXT', says: 'whose cause is this one, but for the ids and numbers in it' },
  since: { value: 'TIME', says: 'that failed since: 90m, 6h, 2d ago, or an ISO 8601 time' },
  until: { value: 'TIME', says: 'that failed until then' },
  all: { says: 'also those that were replayed or discarded, and open ones that an older version recorded' },
};

/** What a person means: dead letters of runs, and of triggers. */
export interface Found {
  readonly letters: readonly DeadLetter[];
  readonly starts: readonly LostStart[];
}

/** Open ones of a pipeline that are looked through. */
const mostOpen = 100_000;
/** Runs of a pipeline that are looked through for closed ones. */
const searched = 1_000;

/**
 * Newest first. `name` is one letter's, `<run>/<stage>[/<item>]` or `start/<id>`; a run's id, or `start`, for all of its. Throws
 * CliError HDL606, HDL615, HDL650 (a time), HDL651 (a pattern), HDL652 (no such letter).
 */
export const find = async (target: Target, name: string | undefined, given: Arguments, now: number): Promise<Found> => {
  const [kind] = name?.split('/') ?? [];
  if (kind === 'start') return { letters: [], starts: await findStarts(target, name, given, now) };
  const { letters, all } = await findLetters(target, name, given, now);
  const isOfRuns = name !== undefined || given.text('run') !== undefined || given.text('stage') !== undefined;
  if (isOfRuns) return { letters, starts: [] };
  const open = new Map<string, number>();
  for (const { pipeline } of all.filter(isOpen)) open.set(pipeline, (open.get(pipeline) ?? 0) + 1);
  return { letters, starts: await findStarts(target, undefined, given, now, open) };
};

const findStarts = async (
  target: Target,
  name: string | undefined,
  given: Arguments,
  now: number,
  open?: ReadonlyMap<string, number>,
): Promise<readonly LostStart[]> => {
  const pipeline = given.text('pipeline');
  const isMeant = matcher(given, undefined, undefined, now);
  // One that is known by its name need not be looked for on the queues.
  const id = name?.startsWith('start/') ? name.slice('start/'.length) : '';
  const known = id === '' ? undefined : await target.ledger.lostStarts.get(id);
  const all = known?.state === 'open' ? [known] : await lostStarts(target, { pipeline, open });
  const found = all
    .filter((lost) => name === undefined || name === 'start' || lostStartName(lost) === name)
    .filter((lost) => isMeant(lost) && (pipeline === undefined || lost.pipeline === pipeline))
    .toSorted((a, b) => b.lastAt.localeCompare(a.lastAt));
  if (name?.startsWith('start/') && found.length === 0) throw noStart(name, all);
  return found;
};

/** Those of runs that are meant, of `all` that were looked through. */
const findLetters = async (
  target: Target,
  name: string | undefined,
  given: Arguments,
  now: number,
): Promise<{ readonly letters: readonly DeadLetter[]; readonly all: readonly DeadLetter[] }> => {
  const [run = given.text('run'), stage = given.text('stage'), item] = name?.split('/') ?? [];
  const isMeant = matcher(given, stage, item, now);
  const all =
    run === undefined
      ? await allLetters(target, given.text('pipeline'), given.has('all'))
      : await lettersOf(target, run, given);
  const letters = all.filter(isMeant).toSorted((a, b) => b.lastAt.localeCompare(a.lastAt));
  if (name !== undefined && stage !== undefined && letters.length === 0) throw noLetter(name, all);
  return { letters, all };
};

const lettersOf = async (target: Target, id: string, given: Arguments): Promise<readonly DeadLetter[]> => {
  const run = await findRun(target, id, given.text('pipeline'));
  return target.ledger.deadLetters.list(run.pipeline, run.run);
};

const allLetters = async (
  { ledger, manifest, name }: Target,
  pipeline: string | undefined,
  closedToo: boolean,
): Promise<readonly DeadLetter[]> => {
  if (pipeline !== undefined && !manifest.pipelines.includes(pipeline))
    throw unknownPipeline(pipeline, manifest.pipelines, name);
  const lists = await Promise.all(
    (pipeline === undefined ? manifest.pipelines : [pipeline]).map(async (one) => {
      if (!closedToo) return [await ledger.deadLetters.open(one, mostOpen)];
      const runs = await ledger.runs.latest(one, searched);
      // Counted when a run ends; a run under way, or resumed since, has not been counted.
      const suspects = runs.filter(({ deadLetters, generation }) => deadLetters !== 0 || generation !== undefined);
      return Promise.all(suspects.map(({ run }) => ledger.deadLetters.list(one, run)));
    }),
  );
  return lists.flat(2);
};

type Matched = Pick<DeadLetter, 'state' | 'error' | 'cause' | 'lastAt'> & Partial<Pick<DeadLetter, 'stage' | 'item'>>;

const matcher = (
  given: Arguments,
  stage: string | undefined,
  item: string | undefined,
  now: number,
): ((letter: Matched) => boolean) => {
  const pattern = readPattern(given.text('matching'));
  const like = given.text('like');
  const alike = like === undefined ? undefined : likeness(like);
  const since = readMoment('since', given.text('since'), now);
  const until = readMoment('until', given.text('until'), now);
  const error = given.text('error');
  return (letter) =>
    (given.has('all') || (letter.state ?? 'open') === 'open') &&
    (stage === undefined || letter.stage === stage) &&
    (item === undefined || String(letter.item) === item) &&
    (error === undefined || letter.error === error) &&
    (pattern === undefined || pattern.test(letter.cause)) &&
    (alike === undefined || likeness(letter.cause) === alike) &&
    (since === undefined || letter.lastAt >= since) &&
    (until === undefined || letter.lastAt <= until);
};

const readPattern = (text: string | undefined): RegExp | undefined => {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text);
  } catch (error) {
    const found = `--matching '${text}' is no regular expression (${error instanceof Error ? error.message : error})`;
    throw new CliError('HDL651', 2, found, 'a regular expression of JavaScript', 'escape what is meant literally');
  }
};

const noLetter = (name: string, letters: readonly DeadLetter[]): CliError => {
  const closed = letters.find((letter) => letterName(letter) === name);
  return notOpen(name, closed);
};

const noStart = (name: string, all: readonly LostStart[]): CliError =>
  notOpen(
    name,
    all.find((lost) => lostStartName(lost) === name),
  );

const notOpen = (name: string, closed: DeadLetter | LostStart | undefined): CliError => {
  const found = closed
    ? `the dead letter ${name} was ${closed.state} by ${closed.closedBy ?? 'somebody'}`
    : `there is no dead letter ${name}`;
  return new CliError('HDL652', 2, found, 'one that is open', 'see npx heddle dead-letters list');
};
