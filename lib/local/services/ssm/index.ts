// SSM Parameter Store. Values of SecureString parameters are kept as they are: the engine has no keys.
import { arnOf } from '../../arn.ts';
import { fieldReader } from '../../field-reader.ts';
import { callFrom } from '../../operation-table.ts';
import { asked, pageOf } from '../../page.ts';
import { AwsError, type EngineContext, notImplemented, type Service, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';

const read = fieldReader('ValidationException');
const NAME = /^[a-zA-Z0-9_.\-/]{1,2048}$/;
const MAX_VALUE_BYTES = 8192; // the advanced tier
const PAGE = { size: 'MaxResults', token: 'NextToken', most: 10, error: 'ValidationException' };

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly modifiedMs: number;
}

const notFound = (): AwsError => new AwsError('ParameterNotFound', '');

/** Parameter Store without labels, policies and history. */
export const ssmService = (context: EngineContext): Service => {
  const parameters = storedMap<Parameter>(context.database, 'ssm_parameters');

  const shown = (parameter: Parameter): Shape => ({
    Name: parameter.name,
    Type: parameter.type,
    Value: parameter.value,
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
    if (!NAME.test(name)) throw new AwsError('ValidationException', `Parameter name ${name} is not valid`);
    if (Buffer.byteLength(value) > MAX_VALUE_BYTES)
      throw new AwsError('ValidationException', `Value is longer than ${MAX_VALUE_BYTES} bytes`);
    const existing = parameters.get(name);
    if (existing !== undefined && read.flag(input, 'Overwrite') !== true)
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    const type = read.optionalText(input, 'Type') ?? existing?.type;
    if (type === undefined)
      throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
    const version = (existing?.version ?? 0) + 1;
    parameters.set(name, { name, type, value, version, modifiedMs: context.clock.now() });
    return { Version: version, Tier: 'Standard' };
  };

  const getMany = (input: Shape): Shape => {
    const names = read.texts(input, 'Names');
    if (names.length > PAGE.most)
      throw new AwsError(
        'ValidationException',
        `At most ${PAGE.most} parameters can be asked for; found ${names.length}`,
      );
    const found = names.map(find);
    return {
      Parameters: found.filter((parameter) => parameter !== undefined).map(shown),
      InvalidParameters: names.filter((_, place) => found[place] === undefined),
    };
  };

  const getByPath = (input: Shape): Shape => {
    const path = `${read.text(input, 'Path').replace(/\/$/, '')}/`;
    const isRecursive = read.flag(input, 'Recursive') === true;
    const all = parameters
      .values()
      .filter(({ name }) => name.startsWith(path) && (isRecursive || !name.slice(path.length).includes('/')));
    const { items, next } = pageOf(all, ({ name }) => name, asked(input, PAGE));
    return { Parameters: items.map(shown), ...(next !== undefined && { NextToken: next }) };
  };

  const remove = (input: Shape): Shape => {
    if (!parameters.delete(read.text(input, 'Name'))) throw notFound();
    return {};
  };

  const call = callFrom('ssm', {
    PutParameter: put,
    GetParameter: (input) => {
      const parameter = find(read.text(input, 'Name'));
      if (parameter === undefined) throw notFound();
      return { Parameter: shown(parameter) };
    },
    GetParameters: getMany,
    GetParametersByPath: getByPath,
    DeleteParameter: remove,
  });
  return { id: 'ssm', call };
};
