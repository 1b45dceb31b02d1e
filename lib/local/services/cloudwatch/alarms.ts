import { arnOf } from '../../arn.ts';
import { atomically } from '../../atomically.ts';
import type { DeliveryQueue } from '../../delivery/index.ts';
import type { OperationTable } from '../../operation-table.ts';
import { asked, pageOf } from '../../page.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { type Alarm, type AlarmState, alarmRule, checkAlarm, metricsOfAlarm } from './alarm.ts';
import { actionsOf, emitStateChange, isActionKnown } from './alarm-actions.ts';
import { evaluateAlarm } from './alarm-evaluation.ts';
import { alarmWatch } from './alarm-watch.ts';
import { read } from './metric.ts';
import type { MetricStore } from './metric-store.ts';

export interface Alarms {
  readonly operations: OperationTable;
  all(): readonly Alarm[];
  written(metrics: ReadonlySet<string>): void;
  start(): void;
  close(): void;
}

const PAGE = { size: 'MaxRecords', token: 'NextToken', usual: 50, most: 100, error: 'ValidationError' };
const STATES: readonly string[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] satisfies readonly AlarmState[];
const isState = (text: string): text is AlarmState => STATES.includes(text);

const shapeOf = (alarm: Alarm): Shape => ({
  ActionsEnabled: true,
  OKActions: [],
  AlarmActions: [],
  InsufficientDataActions: [],
  ...alarm.settings,
  AlarmArn: alarm.arn,
  AlarmConfigurationUpdatedTimestamp: alarm.updatedMs / 1000,
  StateValue: alarm.state,
  StateReason: alarm.reason,
  ...(alarm.reasonData !== undefined && { StateReasonData: alarm.reasonData }),
  StateUpdatedTimestamp: alarm.changedMs / 1000,
});

/**
 * Metric alarms: their operations, their evaluation and what follows from a change of state. `changed` is called after
 * an alarm was put or deleted.
 */
export const openAlarms = (
  context: EngineContext,
  store: MetricStore,
  queue: DeliveryQueue,
  changed: () => void,
): Alarms => {
  const { clock } = context;
  const alarms = storedMap<Alarm>(context.database, 'cloudwatch_alarms');
  let started = false;

  const find = (name: string): Alarm => {
    const found = alarms.get(name);
    if (!found) throw new AwsError('ResourceNotFound', `Alarm ${name} does not exist`, 404);
    return found;
  };

  const change = (before: Alarm, state: AlarmState, reason: string, reasonData?: string): void => {
    const { reasonData: _old, ...rest } = before;
    const data = reasonData === undefined ? {} : { reasonData };
    const after: Alarm = { ...rest, state, reason, changedMs: clock.now(), ...data };
    // What follows from a state is stored with it: else a crash would leave an alarm that has rung for nobody.
    atomically(context.database, () => {
      if (state !== before.state) {
        emitStateChange(context, before, after);
        queue.add(actionsOf(context, before, after));
      }
      alarms.set(after.name, after); // last, as it is in memory too
    });
  };

  const watch = alarmWatch(clock, (name) => {
    const alarm = find(name);
    const { state, reason, recent } = evaluateAlarm(store, alarmRule(alarm.settings), clock.now());
    const recentDatapoints = recent.map(({ value }) => value);
    if (state !== undefined && state !== alarm.state)
      change(alarm, state, reason, JSON.stringify({ version: '1.0', recentDatapoints }));
    return recent.length > 0;
  });

  const watchAlarm = (alarm: Alarm): void => {
    const rule = alarmRule(alarm.settings);
    if (started) watch.set(alarm.name, rule, metricsOfAlarm(rule));
  };

  const put = (input: Shape): Shape => {
    const name = read.text(input, 'AlarmName');
    checkAlarm(alarmRule(input));
    const actions = ['AlarmActions', 'OKActions', 'InsufficientDataActions'].flatMap((field) =>
      read.texts(input, field),
    );
    const strange = actions.find((arn) => !isActionKnown(arn));
    if (strange !== undefined)
      throw new AwsError(
        'NotImplemented',
        `HDL501 the local engine does not implement the alarm action ${strange}`,
        501,
      );
    const known = alarms.get(name);
    const now = clock.now();
    const fresh = { state: 'INSUFFICIENT_DATA' as const, reason: 'Unchecked: Initial alarm creation', changedMs: now };
    const arn = arnOf(context, 'cloudwatch', `alarm:${name}`);
    const alarm: Alarm = { ...(known ?? fresh), name, arn, settings: input, updatedMs: now };
    alarms.set(name, alarm);
    watchAlarm(alarm);
    changed();
    return {};
  };

  const setActions = (input: Shape, ActionsEnabled: boolean): Shape => {
    for (const alarm of read.texts(input, 'AlarmNames').map(find))
      alarms.set(alarm.name, { ...alarm, settings: { ...alarm.settings, ActionsEnabled } });
    return {};
  };

  return {
    all: alarms.values,
    written: watch.written,
    start: () => {
      started = true;
      for (const alarm of alarms.values()) watchAlarm(alarm);
    },
    close: watch.close,
    operations: {
      PutMetricAlarm: put,
      DescribeAlarms: (input) => {
        const names = read.texts(input, 'AlarmNames');
        const prefix = read.optionalText(input, 'AlarmNamePrefix') ?? '';
        const state = read.optionalText(input, 'StateValue');
        const found = alarms
          .values()
          .filter((alarm) => (names.length === 0 || names.includes(alarm.name)) && alarm.name.startsWith(prefix))
          .filter((alarm) => state === undefined || alarm.state === state);
        const { items, next } = pageOf(found, ({ name }) => name, asked(input, PAGE));
        return {
          MetricAlarms: items.map(shapeOf),
          CompositeAlarms: [],
          ...(next !== undefined && { NextToken: next }),
        };
      },
      DeleteAlarms: (input) => {
        for (const name of read.texts(input, 'AlarmNames')) {
          watch.delete(name);
          alarms.delete(name);
        }
        changed();
        return {};
      },
      SetAlarmState: (input) => {
        const state = read.text(input, 'StateValue');
        if (!isState(state)) throw new AwsError('InvalidParameterValue', `StateValue ${state} is not valid`);
        const data = read.optionalText(input, 'StateReasonData');
        change(find(read.text(input, 'AlarmName')), state, read.text(input, 'StateReason'), data);
        return {};
      },
      EnableAlarmActions: (input) => setActions(input, true),
      DisableAlarmActions: (input) => setActions(input, false),
    },
  };
};
