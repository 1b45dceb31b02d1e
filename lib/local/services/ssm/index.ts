// SSM Parameter Store. Values of SecureString parameters are kept as they are, since the engine has no keys; who does not ask for them
// decrypted gets what is as little use as what AWS gives.
import { createHash } from 'node:crypto';
import { arnOf } from '../../arn.ts';
import { fieldReader } from '../../field-reader.ts';
import { callFrom } from '../../operation-table.ts';
import { asked, pageOf } from '../../page.ts';
import { AwsError, type EngineContext, notImplemented, type Service, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';

const read = fieldReader('ValidationException');
const NAME = /^[a-zA-Z0-9_.\-/]{1,2048}$/;
const TYPES = ['SecureString', 'StringList', 'String'];
const MOST_CHARACTERS = { Standard: 4096, Advanced: 8192 } as const;
type Tier = keyof typeof MOST_CHARACTERS;
const TIERS = [...Object.keys(MOST_CHARACTERS), 'Intelligent-Tiering'];
const PAGE = { size: 'MaxResults', token: 'NextToken', most: 10, error: 'ValidationException' };

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly modifiedMs: number;
  /** Of one that was put before tiers were kept: undefined. */
  readonly tier?: Tier;
}

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** AWS's own public parameters are put by AWS alone; here by who needs them, for nobody else is there to. */
const PUBLIC = /^\/aws\/service\/./;

const checkName = (name: string): void => {
  if (!NAME.test(name)) throw invalid(`Parameter name ${name} is not valid`);
  if (name.includes('/') && !name.startsWith('/')) throw invalid('Parameter name must be a fully qualified name.');
  if (/^\/?(?:aws|ssm)(?:\/|[^/]*$)/i.test(name) && !PUBLIC.test(name))
    throw invalid(`Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive); found ${name}`);
};

const checkOneOf = (field: string, value: string, known: readonly string[]): void => {
  if (!known.includes(value))
    throw invalid(
      `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must satisfy enum value set: [${known.join(', ')}]`,
    );
};

const checkPattern = (pattern: string | undefined, value: string): void => {
  if (pattern === undefined) return;
  let allowed: RegExp;
  try {
    allowed = new RegExp(pattern);
  } catch (error) {
    throw new AwsError('InvalidAllowedPatternException', error instanceof Error ? error.message : String(error));
  }
  if (!allowed.test(value))
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
};

/** The tier that a value is in: no parameter goes back to the standard tier. Throws ValidationException where it is to, or is too long. */
const tierOf = (asked: string | undefined, value: string, before: Tier | undefined): Tier => {
  if (asked !== undefined) checkOneOf('tier', asked, TIERS);
  if (asked === 'Standard' && before === 'Advanced')
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    );
  const isLong = value.length > MOST_CHARACTERS.Standard;
  const tier =
    asked === 'Advanced' || before === 'Advanced' || (asked === 'Intelligent-Tiering' && isLong)
      ? 'Advanced'
      : 'Standard';
  if (value.length <= MOST_CHARACTERS[tier]) return tier;
  if (tier === 'Advanced') throw invalid(`Value is longer than ${MOST_CHARACTERS.Advanced} characters`);
  throw invalid(
    `Standard tier parameters support a maximum parameter value of ${MOST_CHARACTERS.Standard} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`,
  );
};

/** In the place of a secret: as long a text of the same kind as AWS's, and the same for the same version. */
const sealed = ({ name, version, value }: Parameter): string =>
  `AQICAH${createHash('sha512').update(`${name} ${version} ${value}`).digest('base64')}`;

/** One of `ParameterFilters`, of those that GetParametersByPath takes. Throws InvalidFilterKey, -Option or -Value. */
const filterOf = (filter: Shape): ((parameter: Parameter) => boolean) => {
  const key = read.text(filter, 'Key');
  const option = read.optionalText(filter, 'Option') ?? 'Equals';
  const values = read.texts(filter, 'Values');
  if (key === 'KeyId' || key === 'Label') throw notImplemented('ssm', `GetParametersByPath with a filter by ${key}`);
  if (key !== 'Type')
    throw new AwsError(
      'InvalidFilterKey',
      `The following filter key is not valid: ${key}. Valid filter keys include: [Type, KeyId, Label].`,
    );
  if (option !== 'Equals')
    throw new AwsError(
      'InvalidFilterOption',
      `The following filter option is not valid: ${option}. Valid options include: [Equals].`,
    );
  if (values.length === 0 || !values.every((value) => TYPES.includes(value)))
    throw new AwsError('InvalidFilterValue', `The values of the filter Type must be of ${TYPES.join(', ')}.`);
  return ({ type }) => values.includes(type);
};

const notFound = (): AwsError => new AwsError('ParameterNotFound', '');

/** Parameter Store without labels, policies and history. */
export const ssmService = (context: EngineContext): Service => {
  const parameters = storedMap<Parameter>(context.database, 'ssm_parameters');

  const shown = (parameter: Parameter, input: Shape): Shape => ({
    Name: parameter.name,
    Type: parameter.type,
    Value:
      parameter.type === 'SecureString' && read.flag(input, 'WithDecryption') !== true
        ? sealed(parameter)
        : parameter.value,
    Version: parameter.version,
    LastModifiedDate: parameter.modifiedMs / 1000,
    ARN: arnOf(context, 'ssm', `parameter/${parameter.name.replace(/^\//, '')}`),
    DataType: 'text',
  });

  const find = (asked: string): Parameter | undefined => {
    const name = asked.startsWith('arn:') ? asked.slice(asked.indexOf(':parameter/') + ':parameter'.length) : asked;
    if (name.includes(':')) throw notImplemented('ssm', 'GetParameter with a version or label');
    return parameters.get(name) ?? parameters.get(name.replace(/^\//, ''));
  };

  const put = (input: Shape): Shape => {
    const name = read.text(input, 'Name');
    const value = read.text(input, 'Value');
    checkName(name);
    if (input.Policies !== undefined) throw notImplemented('ssm', 'PutParameter with Policies');
    const existing = parameters.get(name);
    if (existing !== undefined && read.flag(input, 'Overwrite') !== true)
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    const type = read.optionalText(input, 'Type') ?? existing?.type;
    if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
    checkOneOf('type', type, TYPES);
    checkPattern(read.optionalText(input, 'AllowedPattern'), value);
    const tier = tierOf(read.optionalText(input, 'Tier'), value, existing?.tier);
    const version = (existing?.version ?? 0) + 1;
    parameters.set(name, { name, type, value, version, tier, modifiedMs: context.clock.now() });
    return { Version: version, Tier: tier };
  };

  const namesOf = (input: Shape): readonly string[] => {
    const names = read.texts(input, 'Names');
    if (names.length > PAGE.most)
      throw invalid(`At most ${PAGE.most} parameters can be asked for; found ${names.length}`);
    return names;
  };

  const getMany = (input: Shape): Shape => {
    const names = namesOf(input);
    const found = names.map(find);
    return {
      Parameters: found.filter((parameter) => parameter !== undefined).map((parameter) => shown(parameter, input)),
      InvalidParameters: names.filter((_, place) => found[place] === undefined),
    };
  };

  const getByPath = (input: Shape): Shape => {
    const path = `${read.text(input, 'Path').replace(/\/$/, '')}/`;
    const filters = read.shapes(input, 'ParameterFilters').map(filterOf);
    const isRecursive = read.flag(input, 'Recursive') === true;
    const all = parameters
      .values()
      .filter(({ name }) => name.startsWith(path) && (isRecursive || !name.slice(path.length).includes('/')))
      .filter((parameter) => filters.every((wants) => wants(parameter)));
    const { items, next } = pageOf(all, ({ name }) => name, asked(input, PAGE));
    return {
      Parameters: items.map((parameter) => shown(parameter, input)),
      ...(next !== undefined && { NextToken: next }),
    };
  };

  const remove = (input: Shape): Shape => {
    if (!parameters.delete(read.text(input, 'Name'))) throw notFound();
    return {};
  };

  const removeMany = (input: Shape): Shape => {
    const names = namesOf(input);
    const DeletedParameters = names.filter((name) => parameters.delete(name));
    return { DeletedParameters, InvalidParameters: names.filter((name) => !DeletedParameters.includes(name)) };
  };

  const call = callFrom('ssm', {
    PutParameter: put,
    GetParameter: (input) => {
      const parameter = find(read.text(input, 'Name'));
      if (parameter === undefined) throw notFound();
      return { Parameter: shown(parameter, input) };
    },
    GetParameters: getMany,
    GetParametersByPath: getByPath,
    DeleteParameter: remove,
    DeleteParameters: removeMany,
  });
  return { id: 'ssm', call };
};
