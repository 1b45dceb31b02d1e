import { compile } from '../../asl/index.ts';
import type { Pipeline } from '../../definition/index.ts';
import { graphOf } from '../../graph/index.ts';
import { AwsCallError } from '../../support/aws-call.ts';
import { oneLine } from '../../support/words.ts';
import type { Command } from '../command.ts';
import { describeError } from '../describe-error.ts';
import { columnsOf, print, printJson, type Setting } from '../setting.ts';
import { cutTo, table } from '../table.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';
import { wrapped } from '../wrapped.ts';

type Verdict = 'ok' | 'warning' | 'FAILED' | 'not checked';

interface Check {
  readonly check: string;
  readonly result: Verdict;
  readonly detail: string;
}

const oldestNode = 20;
const longestDetail = 160;

export const doctor: Command = {
  words: 'doctor',
  says: 'whether all that heddle needs is there: credentials, region, versions, deployment, quotas',
  operands: [],
  options: { json: { says: 'one object a line' }, ...targetOptions },
  notes: ['It only looks. Exit code 3 when something failed; a warning is told and is no failure.'],
  run: async (given, setting) => {
    const checks: Check[] = [...versions(setting)];
    try {
      const target = await openTarget(given, setting, 'none');
      try {
        checks.push({ check: 'target', result: 'ok', detail: target.name }, ...(await inTarget(target, setting)));
      } finally {
        await target.close();
      }
    } catch (error) {
      checks.push({ check: 'target', result: 'FAILED', detail: describeError(error).message });
    }
    if (given.has('json')) printJson(setting, checks);
    else print(setting, linesOf(checks, columnsOf(setting.stdout)));
    return checks.some(({ result }) => result === 'FAILED') ? 3 : 0;
  },
};

/** What is not as it should be is told whole, with what to do about it. */
export const linesOf = (checks: readonly Check[], width: number): readonly string[] => {
  const longest = (of: 'check' | 'result'): number => Math.max(...checks.map((one) => one[of].length));
  const space = Math.max(20, width - longest('check') - longest('result') - 4);
  const rows = checks.flatMap(({ check, result, detail }) => {
    if (result === 'ok') return [[check, result, oneLine(detail, longestDetail)]];
    const [first = '', ...rest] = wrapped(oneLine(detail, 2_000), space);
    return [[check, result, first], ...rest.map((line) => ['', '', line])];
  });
  return cutTo(width, table(['check', 'result', 'found'], rows));
};

const versions = (setting: Setting): readonly Check[] => {
  const node = process.versions.node;
  const isOld = Number(node.split('.')[0]) < oldestNode;
  return [
    { check: 'heddle', result: 'ok', detail: setting.version },
    {
      check: 'node',
      result: isOld ? 'FAILED' : 'ok',
      detail: isOld ? `${node}; expected ${oldestNode} or newer` : node,
    },
  ];
};

const inTarget = async (target: Target, setting: Setting): Promise<readonly Check[]> => {
  const { manifest, aws } = target;
  const region = /^https?:\/\/sqs\.([^.]+)\./.exec(manifest.startQueueUrl)?.[1];
  return [
    await check('credentials', async () => aws.whoAmI()),
    { check: 'region', result: 'ok', detail: region ?? 'of the local engine' },
    await check('ledger', async () => {
      const { Table } = await aws.call('dynamodb', 'DescribeTable', { TableName: manifest.table });
      const { TableStatus } = Table as { readonly TableStatus: string };
      if (TableStatus !== 'ACTIVE') throw new Error(`the table ${manifest.table} is ${TableStatus}; expected ACTIVE`);
      return `the table ${manifest.table}`;
    }),
    await check('payloads', async () => {
      const answer = await aws.object('GET', manifest.payloadBucket, 'payloads/none', {
        headers: { range: 'bytes=0-0' },
      });
      const said = await answer.text();
      // Without the right to list a bucket, S3 says 403 of an object that is not there.
      const isThere = answer.status === 403 || (answer.status === 404 && !said.includes('NoSuchBucket'));
      if (!isThere)
        throw new Error(
          `S3 answered ${answer.status} of the bucket ${manifest.payloadBucket}; expected it to be there`,
        );
      return `the bucket ${manifest.payloadBucket}`;
    }),
    ...(await deployed(target, setting)),
    ...(await quotas(target)),
  ];
};

/** Each deployed pipeline against the definition of this app. */
const deployed = async (target: Target, setting: Setting): Promise<readonly Check[]> => {
  let definitions: readonly Pipeline[] | undefined;
  const here = await check('definitions', async () => {
    definitions = await setting.loadPipelines();
    return `${definitions.length} in this app`;
  });
  const known = new Set(target.manifest.pipelines);
  const missing = (definitions ?? []).filter(({ name }) => !known.has(name));
  return [
    here,
    ...(await Promise.all(
      target.manifest.pipelines.map(async (name): Promise<Check> => {
        const found = await check(`pipeline ${name}`, async () => {
          const { stateMachineArn, definitionHash } = await target.pipeline(name);
          const { status } = await target.aws.call('states', 'DescribeStateMachine', { stateMachineArn });
          if (status !== 'ACTIVE') throw new Error(`${stateMachineArn} is ${String(status)}; expected ACTIVE`);
          return definitionHash;
        });
        if (found.result !== 'ok' || !definitions) return found;
        const definition = definitions.find((pipeline) => pipeline.name === name);
        if (!definition)
          return { ...found, result: 'warning', detail: `${found.detail} is deployed; this app has none of that name` };
        const own = await check(found.check, async () => compile(graphOf(definition)).hash);
        if (own.result !== 'ok') return own;
        if (own.detail === found.detail) return { ...found, detail: `definition ${own.detail}, deployed and here` };
        const detail = `definition ${found.detail} is deployed, ${own.detail} is here: deploy it when you mean to`;
        return { ...found, result: 'warning', detail };
      }),
    )),
    ...missing.map(
      ({ name }): Check => ({
        check: `pipeline ${name}`,
        result: 'warning',
        detail: 'not deployed: deploy it when you mean to',
      }),
    ),
  ];
};

/** Limits of the account that runs come near to first, by what their names hold. */
const watched: readonly { readonly service: string; readonly names: RegExp }[] = [
  { service: 'lambda', names: /^Concurrent executions$/ },
  { service: 'states', names: /StartExecution|StateTransition|[Oo]pen .*[Ee]xecutions|Map Runs/ },
];
/** A new account has 10 Lambdas at once, others 1,000. */
const fewLambdas = 100;
/** What an emulator, such as the local engine, answers of a service that it does not have. */
const notImplemented = 501;

interface Quota {
  readonly QuotaName: string;
  readonly Value: number;
}

const quotas = async ({ aws }: Target): Promise<readonly Check[]> => {
  const all: Check[] = [];
  for (const { service, names } of watched) {
    const about = `quotas of ${service}`;
    try {
      const found = await quotasOf(aws, service);
      for (const { QuotaName, Value } of found.filter(({ QuotaName: name }) => names.test(name))) {
        const isLow = service === 'lambda' && Value < fewLambdas;
        const detail = `${Value.toLocaleString('en-US')}${isLow ? ': few; ask AWS for more before many runs' : ''}`;
        all.push({ check: QuotaName, result: isLow ? 'warning' : 'ok', detail });
      }
    } catch (error) {
      const { message, exit } = describeError(error);
      if (exit !== 3) throw error; // only what AWS refuses, or cannot be reached for
      const isElsewhere = error instanceof AwsCallError && error.status === notImplemented;
      const detail = isElsewhere ? 'only AWS itself has them' : message;
      all.push({ check: about, result: 'not checked', detail });
    }
  }
  return all;
};

const quotasOf = async (aws: Target['aws'], ServiceCode: string): Promise<readonly Quota[]> => {
  const found: Quota[] = [];
  let NextToken: unknown;
  do {
    const page = await aws.call(
      'servicequotas',
      'ListServiceQuotas',
      { ServiceCode, ...(NextToken ? { NextToken } : {}) },
      { once: true }, // what does not have it says so at once
    );
    found.push(...(page.Quotas as readonly Quota[]));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
};

/** Whatever keeps it from looking is a check that failed. */
const check = async (name: string, look: () => Promise<string>): Promise<Check> => {
  try {
    return { check: name, result: 'ok', detail: await look() };
  } catch (error) {
    return { check: name, result: 'FAILED', detail: error instanceof Error ? error.message : String(error) };
  }
};
