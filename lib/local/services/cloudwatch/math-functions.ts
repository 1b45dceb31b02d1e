import { AwsError } from '../../service.ts';
import type { MathScope, MathValue } from './math-scope.ts';
import type { TimeSeries } from './time-series.ts';

type MathFunction = (args: readonly MathValue[], scope: MathScope) => MathValue;

const isSeries = (value: MathValue | undefined): value is TimeSeries => value instanceof Map;

const seriesOf = (name: string, value: MathValue | undefined): TimeSeries => {
  if (isSeries(value)) return value;
  throw new AwsError('ValidationError', `The function ${name} takes a time series`);
};

const mapValues = (series: TimeSeries, change: (value: number, time: number) => number | undefined): TimeSeries => {
  const result = new Map<number, number>();
  for (const [time, value] of series) {
    const changed = change(value, time);
    if (changed !== undefined && Number.isFinite(changed)) result.set(time, changed);
  }
  return result;
};

/** Of one series its total as a number; of several a series of the totals at each time. */
const fold =
  (name: string, total: (values: readonly number[]) => number): MathFunction =>
  (args) => {
    const [first] = args;
    const many = args.length > 1 ? args : first;
    if (isSeries(many)) return total([...many.values()]);
    if (!Array.isArray(many)) return total([Number(many)]);
    const all = many.flat().map((value: MathValue) => (typeof value === 'number' ? value : seriesOf(name, value)));
    const times = new Set(all.flatMap((value) => (typeof value === 'number' ? [] : [...value.keys()])));
    const at = (time: number) => all.flatMap((value) => (typeof value === 'number' ? value : (value.get(time) ?? [])));
    return new Map([...times].sort((a, b) => a - b).map((time) => [time, total(at(time))]));
  };

const each =
  (name: string, change: (value: number) => number): MathFunction =>
  ([value]) =>
    typeof value === 'number' ? change(value) : mapValues(seriesOf(name, value), change);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** FILL(m, 0), FILL(m, REPEAT): a value for every period of the window that has none. */
const fill: MathFunction = ([value, filler], { period, window }) => {
  const series = seriesOf('FILL', value);
  if (typeof filler === 'string' && filler !== 'REPEAT')
    throw new AwsError('NotImplemented', `HDL501 the local engine does not implement FILL with ${filler}`, 501);
  const result = new Map<number, number>();
  let last: number | undefined;
  for (let time = Math.floor(window.fromSeconds / period) * period; time < window.toSeconds; time += period) {
    const here =
      series.get(time) ?? (isSeries(filler) ? filler.get(time) : filler === 'REPEAT' ? last : Number(filler));
    if (here !== undefined) result.set(time, here);
    last = here;
  }
  return result;
};

const overTime =
  (name: string, change: (difference: number, seconds: number) => number): MathFunction =>
  ([value]) => {
    let before: readonly [number, number] | undefined;
    return mapValues(seriesOf(name, value), (here, time) => {
      const changed = before && change(here - before[1], time - before[0]);
      before = [time, here];
      return changed;
    });
  };

const choose: MathFunction = ([condition, yes, no]) => {
  const at = (value: MathValue | undefined, time: number) =>
    isSeries(value) ? value.get(time) : value === undefined ? undefined : Number(value);
  if (typeof condition === 'number') return (condition === 0 ? no : yes) ?? new Map();
  return mapValues(seriesOf('IF', condition), (value, time) => at(value === 0 ? no : yes, time));
};

const FUNCTIONS: { readonly [name: string]: MathFunction } = {
  SUM: fold('SUM', sum),
  AVG: fold('AVG', (values) => sum(values) / values.length),
  MIN: fold('MIN', (values) => Math.min(...values)),
  MAX: fold('MAX', (values) => Math.max(...values)),
  ABS: each('ABS', Math.abs),
  CEIL: each('CEIL', Math.ceil),
  FLOOR: each('FLOOR', Math.floor),
  LOG: each('LOG', Math.log),
  LOG10: each('LOG10', Math.log10),
  DIFF: overTime('DIFF', (difference) => difference),
  RATE: overTime('RATE', (difference, seconds) => difference / seconds),
  RUNNING_SUM: ([value]) => {
    let total = 0;
    return mapValues(seriesOf('RUNNING_SUM', value), (here) => {
      total += here;
      return total;
    });
  },
  PERIOD: (_args, { period }) => period,
  METRICS: ([text], { metrics }) => metrics(typeof text === 'string' ? text : ''),
  FILL: fill,
  IF: choose,
};

/** Calls the metric math function of that name. */
export const mathFunction = (name: string, args: readonly MathValue[], scope: MathScope): MathValue => {
  const known = Object.hasOwn(FUNCTIONS, name.toUpperCase()) ? FUNCTIONS[name.toUpperCase()] : undefined;
  if (known) return known(args, scope);
  throw new AwsError(
    'NotImplemented',
    `HDL501 the local engine does not implement the metric math function ${name}`,
    501,
  );
};
