// An action on its way: what it needs is asked for, then its plan is shown, and only then, for a page of ours, it is done.
import { askedAnew, askPage, type Field, link, type Page, planPage, refusedPage } from '../../console/index.ts';
import { sha256 } from '../../support/sha256.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import type { Action, Given } from './action.ts';
import { actions } from './actions.ts';
import type { Desk } from './desk.ts';
import { perform } from './perform.ts';
import { remember } from './remember.ts';
import { openTokens } from './tokens.ts';

const refusal =
  'HDL832: the action came without a token of this page, or the console was started again since; expected one that a page of this console has. Nothing is done. Fix: this page has one; repeat the action here.';
const nothingLeft = 'There is nothing left to do: somebody has done it meanwhile, here or with a command.';
const changed = 'HDL835: the plan has changed since it was shown; this is the new one.';

/** A page, or where to go. */
export type Answer = Page | { readonly location: string };

export interface Actions {
  /** The page of an action: asks for what it needs, or shows its plan. `given` was filled in, or comes with the link. Undefined where there is none of this name. */
  look(name: string, given: Given): Promise<Page> | undefined;
  /** Does what a page of ours asks for. The same form sent again, as by two clicks, is done once and answered alike. */
  act(name: string, given: Given): Promise<Answer> | undefined;
  /** What is said of an action where it led to. Undefined where there is none of this name. */
  done(name: string): string | undefined;
}

/** What in an address says that an action of this name has just led there. */
export const doneName = 'done';

/** Forms whose answers are remembered. */
const mostAnswers = 200;

export const openActions = (desk: Desk): Actions => {
  const tokens = openTokens(desk.setting.now);
  const answers = new Map<string, Promise<Answer>>();
  const named = (name: string): Action | undefined => (Object.hasOwn(actions, name) ? actions[name] : undefined);
  return {
    done: (name) => named(name)?.done,

    look: (name, given) => {
      const action = named(name);
      return action && lookAt(name, action, given, desk, tokens.issue);
    },

    act: (name, given) => {
      const action = named(name);
      if (!action) return undefined;
      const form = sha256(JSON.stringify([name, given])); // its token is of one page
      const before = answers.get(form);
      if (before) return before;
      const accepted = tokens.accepts(given.token);
      const answer = accepted
        ? doIt(name, action, given, desk, tokens.issue)
        : refused(name, action, given, desk, tokens.issue);
      remember(answers, form, answer, mostAnswers);
      const forget = () => answers.delete(form);
      // What was not done may be tried again.
      answer.then((is) => 'location' in is || forget(), forget);
      return answer;
    },
  };
};

const filled = (fields: readonly Field[], given: Given): readonly Field[] =>
  fields.map((field) => ({ ...field, value: given[field.name] ?? field.value ?? '' }));

interface Plan {
  readonly text: string;
  readonly id: string;
}

/** What the action would do; or why it cannot be done. */
const planOf = async (
  action: Action,
  given: Given,
  { setting }: Desk,
): Promise<Plan | { readonly problem: string }> => {
  const words = action.words(given);
  if (action.plan) {
    const { plan, command } = action;
    const run: Command['run'] = async (_, own) => {
      own.stdout.write(await plan(given, own));
      return 0;
    };
    const checked = await perform({ ...command, run }, words, setting);
    return checked.code === 0 ? { text: checked.stdout, id: idOf(checked.stdout) } : { problem: checked.stderr };
  }
  const { json } = action.command.options;
  const text = await perform(action.command, words, setting);
  if (text.code !== 0) return { problem: `${text.stdout}${text.stderr}` };
  // As JSON it says no times that move on by themselves.
  const hasExact = json && json.value === undefined;
  const exact = hasExact ? await perform(action.command, [...words, '--json'], setting) : text;
  if (hasExact && exact.stdout.trim() === '') return { problem: nothingLeft };
  return { text: text.stdout, id: idOf(exact.stdout) };
};

const idOf = (text: string): string => sha256(text).slice(0, 16);

/** A word as a shell takes it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

const lineOf = ({ command, go }: Action, words: readonly string[]): string =>
  ['npx heddle', command.words, ...words.map(quoted), ...go.filter((word) => word === '--go')].join(' ');

const factsOf = (name: string, { title, verb, back }: Action, given: Given) => ({
  title,
  verb,
  path: link(['do', name]),
  back: back(given),
});

const lookAt = async (
  name: string,
  action: Action,
  given: Given,
  desk: Desk,
  issueToken: () => string,
): Promise<Page> => {
  const { fields } = action;
  const toFill = fields.filter(({ form, required }) => form !== 'hidden' && required);
  const facts = factsOf(name, action, given);
  const ask = async (problem?: string): Promise<Page> => {
    try {
      const { about, values } = (await action.about?.(given, desk.setting)) ?? {};
      const begun = filled(fields, { ...values, ...given });
      return askPage({ ...facts, fields: begun, ...(about ? { about } : {}) }, problem);
    } catch (error) {
      if (error instanceof CliError) return refusedPage(facts, error.message, 404); // there is no such pipeline
      throw error;
    }
  };
  if (toFill.some((field) => !given[field.name])) return ask();
  const plan = await planOf(action, given, desk);
  if (!('problem' in plan)) return planned(name, action, given, plan, issueToken());
  return toFill.length > 0 ? ask(plan.problem) : refusedPage(facts, plan.problem);
};

const planned = (name: string, action: Action, given: Given, plan: Plan, token: string, note?: string): Page => {
  // What the plan rests on is settled; what only goes into the history may still be written.
  const fields = filled(action.fields, given).map((field) =>
    field.name === 'because' ? field : { ...field, form: 'hidden' as const },
  );
  return planPage({
    ...factsOf(name, action, given),
    fields,
    plan: plan.text,
    planId: plan.id,
    token,
    command: lineOf(action, action.words(given)),
    ...(note === undefined ? {} : { note }),
  });
};

const refused = async (...action: Parameters<typeof lookAt>): Promise<Page> =>
  askedAnew(await lookAt(...action), refusal);

const doIt = async (
  name: string,
  action: Action,
  given: Given,
  desk: Desk,
  issueToken: () => string,
): Promise<Answer> => {
  const facts = factsOf(name, action, given);
  const plan = await planOf(action, given, desk);
  if ('problem' in plan) return refusedPage(facts, plan.problem);
  if (plan.id !== given.plan) return planned(name, action, given, plan, issueToken(), changed);
  const done = await perform(action.command, [...action.words(given), ...action.go], desk.setting);
  if (done.code !== 0) return refusedPage(facts, `${done.stdout}${done.stderr}`, 502);
  const url = new URL(action.lands(given, done.stdout), 'http://console');
  url.searchParams.set(doneName, name);
  return { location: `${url.pathname}${url.search}` };
};
