import { AwsError, type Shape } from '../../service.ts';
import type { MathValue } from './math-scope.ts';
import { read } from './metric.ts';
import { evaluateMath } from './metric-math.ts';
import type { MetricStore } from './metric-store.ts';
import { readMetricStat, type TimeSeries, type Window } from './time-series.ts';

export type QueryResult = { readonly id: string; readonly label: string; readonly series: TimeSeries };

const invalid = (reason: string): AwsError => new AwsError('ValidationError', reason);

const ID = /^[a-z][a-zA-Z0-9_]*$/;

const labelOf = (query: Shape): string => {
  const label = read.optionalText(query, 'Label');
  if (label !== undefined) return label;
  const metric = read.optionalShape(read.optionalShape(query, 'MetricStat') ?? {}, 'Metric');
  return metric ? read.text(metric, 'MetricName') : read.text(query, 'Id');
};

/** The period that an expression's scalars and FILL run over: its own, else the shortest of all metrics. */
const periodOfAll = (queries: readonly Shape[]): number => {
  const stats = queries.map((query) => read.optionalShape(query, 'MetricStat')).filter((stat) => stat !== undefined);
  return Math.min(...stats.map((stat) => read.number(stat, 'Period')), ...(stats.length === 0 ? [60] : []));
};

/** Throws ValidationError where the ids of queries are none, or the same. */
export const checkIds = (queries: readonly Shape[]): void => {
  const ids = queries.map((query) => read.text(query, 'Id'));
  const strange = ids.find((id) => !ID.test(id));
  if (strange !== undefined) throw invalid(`The Id ${strange} must match ${ID.source}`);
  if (new Set(ids).size < ids.length) throw invalid('The values for parameter id in MetricDataQueries are not unique');
};

/** Evaluates MetricDataQueries: metrics, and math over them by id. Returns those with ReturnData, in order. */
export const evaluateQueries = (
  store: MetricStore,
  queries: readonly Shape[],
  window: Window,
): readonly QueryResult[] => {
  const byId = new Map(queries.map((query) => [read.text(query, 'Id'), query]));
  const done = new Map<string, MathValue>();
  const underWay = new Set<string>();

  const valueOfId = (id: string): MathValue => {
    const known = done.get(id);
    if (known !== undefined) return known;
    const query = byId.get(id);
    if (!query) throw invalid(`Invalid metrics list: no metric or expression has the id ${id}`);
    if (underWay.has(id)) throw invalid(`Error in expression '${id}': circular dependency`);
    underWay.add(id);
    const value = evaluate(query);
    done.set(id, value);
    return value;
  };

  const evaluate = (query: Shape): MathValue => {
    const stat = read.optionalShape(query, 'MetricStat');
    if (stat) return readMetricStat(store, stat, window);
    const expression = read.text(query, 'Expression');
    const period = read.optionalNumber(query, 'Period') ?? periodOfAll(queries);
    return evaluateMath(expression, {
      period,
      window,
      lookUp: valueOfId,
      metrics: (text) => {
        const found = [...byId].filter(([id, each]) => each.MetricStat !== undefined && (!text || id.includes(text)));
        return found.map(([id]) => valueOfId(id));
      },
    });
  };

  const asSeries = (value: MathValue, id: string): TimeSeries => {
    if (value instanceof Map) return value;
    throw invalid(`The expression ${id} must return one time series`);
  };
  return [...byId]
    .filter(([, query]) => read.flag(query, 'ReturnData') !== false)
    .map(([id, query]) => ({ id, label: labelOf(query), series: asSeries(valueOfId(id), id) }));
};
