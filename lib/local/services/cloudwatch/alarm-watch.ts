// When alarms are evaluated: when their metrics get data, and at the end of each period while data can still run out.
import type { Clock } from '../../clock.ts';
import type { AlarmRule } from './alarm.ts';

export interface AlarmWatch {
  set(name: string, rule: AlarmRule, metrics: readonly string[]): void;
  delete(name: string): void;
  /** These metrics got data. */
  written(metrics: ReadonlySet<string>): void;
  close(): void;
}

/** `evaluate` says whether a later period can change the alarm without new data. */
export const alarmWatch = (clock: Clock, evaluate: (name: string) => boolean): AlarmWatch => {
  const watched = new Map<string, { readonly rule: AlarmRule; readonly metrics: readonly string[] }>();
  const timers = new Map<string, () => void>();

  const disarm = (name: string): void => {
    timers.get(name)?.();
    timers.delete(name);
  };

  const run = (name: string): void => {
    const rule = watched.get(name)?.rule;
    disarm(name);
    if (!rule || !evaluate(name)) return;
    const periodMs = rule.period * 1000;
    const wait = periodMs - (clock.now() % periodMs);
    timers.set(
      name,
      clock.after(wait, () => run(name)),
    );
  };

  return {
    set: (name, rule, metrics) => {
      watched.set(name, { rule, metrics });
      run(name);
    },
    delete: (name) => {
      disarm(name);
      watched.delete(name);
    },
    written: (keys) => {
      for (const [name, { metrics }] of watched) if (metrics.some((key) => keys.has(key))) run(name);
    },
    close: () => {
      for (const name of [...timers.keys()]) disarm(name);
    },
  };
};
