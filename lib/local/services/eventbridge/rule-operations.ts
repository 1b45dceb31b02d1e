import { arnOf } from '../../arn.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { type Buses, ruleKey } from './buses.ts';
import { matcherOf, type Rule, read, ruleOf, ruleShape } from './rule.ts';
import type { RuleSchedules } from './schedules.ts';

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
      return { Rules: rules.map(ruleShape) };
    },
    EnableRule: (input) => {
      put({ ...named(input), enabled: true });
      return {};
    },
    DisableRule: (input) => {
      put({ ...named(input), enabled: false });
      return {};
    },
    TestEventPattern: (input) => {
      const matches = matcherOf(read.text(input, 'EventPattern'));
      const event: unknown = JSON.parse(read.text(input, 'Event'));
      return { Result: matches(event as Shape) }; // a matcher takes any JSON; only objects can match
    },
  };
};
