import { arnOf } from '../../arn.ts';
import { compileChecked } from '../../event-pattern/index.ts';
import type { OperationTable } from '../../operation-table.ts';
import { pageOf } from '../../page.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { type Buses, ruleKey } from './buses.ts';
import { matcherOf, pageAsked, type Rule, read, ruleOf, ruleShape } from './rule.ts';
import type { RuleSchedules } from './schedules.ts';

/** A matcher takes any JSON; only objects can match. */
const eventOf = (text: string): Shape => {
  try {
    return JSON.parse(text) as Shape;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AwsError('ValidationException', `Parameter Event is not valid. Reason: ${why}`);
  }
};

/** PutRule, DeleteRule, DescribeRule, ListRules, EnableRule, DisableRule, TestEventPattern. */
export const ruleOperations = (context: EngineContext, buses: Buses, schedules: RuleSchedules): OperationTable => {
  const busOf = (input: Shape): string => buses.bus(read.optionalText(input, 'EventBusName')).name;
  const named = (input: Shape): Rule => buses.rule(busOf(input), read.text(input, 'Name'));
  const put = (rule: Rule): void => {
    buses.rules.set(ruleKey(rule), rule);
    buses.changed();
    schedules.set(rule);
  };

  return {
    PutRule: (input) => {
      const bus = busOf(input);
      const name = read.text(input, 'Name');
      const path = bus === 'default' ? name : `${bus}/${name}`;
      const place = { bus, arn: arnOf(context, 'events', `rule/${path}`), nowMs: context.clock.now() };
      const rule = ruleOf(input, place, buses.rules.get(ruleKey({ bus, name })));
      put(rule);
      return { RuleArn: rule.arn };
    },
    DeleteRule: (input) => {
      const key = ruleKey({ bus: busOf(input), name: read.text(input, 'Name') });
      const rule = buses.rules.get(key);
      if (!rule) return {}; // AWS: deleting a rule that is not there succeeds
      if ((buses.targets.get(key) ?? []).length > 0)
        throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
      buses.rules.delete(key);
      buses.changed();
      schedules.delete(rule);
      return {};
    },
    DescribeRule: (input) => ruleShape(named(input)),
    ListRules: (input) => {
      const bus = busOf(input);
      const prefix = read.optionalText(input, 'NamePrefix') ?? '';
      const rules = buses.rules.values().filter((rule) => rule.bus === bus && rule.name.startsWith(prefix));
      const { items, next } = pageOf(rules, ({ name }) => name, pageAsked(input));
      return { Rules: items.map(ruleShape), ...(next !== undefined && { NextToken: next }) };
    },
    EnableRule: (input) => {
      const rule = named(input);
      put({ ...rule, enabled: true, sinceMs: rule.enabled ? rule.sinceMs : context.clock.now() });
      return {};
    },
    DisableRule: (input) => {
      put({ ...named(input), enabled: false });
      return {};
    },
    TestEventPattern: (input) => {
      const matches = matcherOf(read.text(input, 'EventPattern'), compileChecked);
      return { Result: matches(eventOf(read.text(input, 'Event'))) };
    },
  };
};
