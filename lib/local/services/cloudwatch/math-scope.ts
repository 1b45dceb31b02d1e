import type { TimeSeries, Window } from './time-series.ts';

/** What an expression gives: a number, a text (as an argument only), a series, or several. */
export type MathValue = number | string | TimeSeries | readonly MathValue[];

/** What an expression can see. `period` is in seconds. */
export type MathScope = {
  readonly period: number;
  readonly window: Window;
  lookUp(id: string): MathValue;
  metrics(containing: string): readonly MathValue[];
};
