import { atomically } from '../../atomically.ts';
import { ticker } from '../../schedule/index.ts';
import type { EngineContext } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { type Buses, ruleKey } from './buses.ts';
import { envelope } from './event.ts';
import type { Router } from './router.ts';
import { type Rule, ruleSchedule } from './rule.ts';

/** The clockwork of rules that have a schedule. Stands still until `start`. */
export interface RuleSchedules {
  start(): void;
  /** To be called after every change of a rule. */
  set(rule: Rule): void;
  delete(rule: Rule): void;
  close(): void;
}

export const ruleSchedules = (context: EngineContext, buses: Buses, router: Router): RuleSchedules => {
  const fired = storedMap<number>(context.database, 'eventbridge_fired');
  const ticks = ticker(context.clock);
  /** The latest time of each rule that came, and was or is being asked about. */
  const came = new Map<string, number>();
  /** The rules that are being asked about: their times are settled in the order in which they came. */
  const asking = new Map<string, Promise<void>>();
  let started = false;
  let closed = false;

  // What it fires and that it has fired are stored together: a crash between them would lose one, or fire twice.
  const settle = (asked: Rule, dueMs: number, isPassed: boolean): void => {
    const key = ruleKey(asked);
    const rule = buses.rules.get(key); // as it is now: it may have changed, or gone, while somebody was asked
    if (closed || !rule?.enabled || rule.sinceMs !== asked.sinceMs) return;
    atomically(context.database, () => {
      fired.set(key, dueMs);
      const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [rule.arn], detail: {} };
      if (!isPassed) router.fire(rule, envelope(context, event, dueMs));
    });
  };

  const fire = (rule: Rule, dueMs: number): void => {
    const key = ruleKey(rule);
    came.set(key, dueMs);
    const passed = context.passOver?.(rule.name) ?? false;
    const before = asking.get(key);
    if (typeof passed === 'boolean' && before === undefined) {
      settle(rule, dueMs, passed);
      return;
    }
    const release = context.clock.hold();
    const failed = (error: unknown): boolean => {
      process.emitWarning(`whether ${rule.name} is to be passed over cannot be told: ${String(error)}`);
      return false;
    };
    const answer = Promise.resolve(passed).catch(failed);
    const settled: Promise<void> = Promise.all([answer, before])
      .then(([isPassed]) => settle(rule, dueMs, isPassed))
      .finally(() => {
        if (asking.get(key) === settled) asking.delete(key);
        release();
      });
    asking.set(key, settled);
  };

  const set = (rule: Rule): void => {
    const key = ruleKey(rule);
    ticks.delete(key);
    if (!started || !rule.enabled || rule.schedule === undefined) return;
    // The first tick of a rate is one period after the rule was made, not at once as with Scheduler.
    const lastMs = Math.max(fired.get(key) ?? 0, came.get(key) ?? 0, rule.sinceMs);
    ticks.set(key, { schedule: ruleSchedule(rule.schedule), startMs: rule.sinceMs, lastMs }, (dueMs) =>
      fire(rule, dueMs),
    );
  };

  return {
    start: () => {
      started = true;
      for (const rule of buses.rules.values()) set(rule);
    },
    set,
    delete: (rule) => {
      ticks.delete(ruleKey(rule));
      fired.delete(ruleKey(rule));
      came.delete(ruleKey(rule));
    },
    close: () => {
      closed = true;
      ticks.close();
    },
  };
};
