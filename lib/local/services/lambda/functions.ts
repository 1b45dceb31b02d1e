// The functions of an engine, and the operations that make and show them.
import { late } from '../../late-modules.ts';
import type { OperationTable } from '../../operation-table.ts';
import { pageOf } from '../../page.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import {
  type FunctionRecord,
  functionArn,
  functionAsked,
  functionFrom,
  LATEST,
  pageAsked,
  read,
  shownFunction,
} from './function-record.ts';
import type { Registered } from './registered.ts';
import { lambdaVersions } from './versions.ts';

const uploadedCode = late<typeof import('./uploaded-code.ts')>(import.meta.url, './uploaded-code.ts');

const UPLOADED = ['ZipFile', 'S3Bucket', 'S3Key', 'S3ObjectVersion', 'InlineText'];

export interface Functions {
  readonly operations: OperationTable;
  /** The function, or the version of it, that `input` names. Throws ResourceNotFoundException. */
  of(input: Shape): FunctionRecord;
}

/** `retire` is told the identity of each function that changed or went. */
export const lambdaFunctions = (
  context: EngineContext,
  registered: Registered,
  retire: (name: string) => void,
): Functions => {
  const records = storedMap<FunctionRecord>(context.database, 'lambda_functions');

  const of = (input: Shape): FunctionRecord => {
    const { FunctionName: given, Qualifier: qualifier } = input;
    const own = typeof given === 'string' && qualifier === undefined ? registered.record(given) : undefined;
    if (own !== undefined) return own;
    const { name, qualifier: wanted } = functionAsked(input);
    const record = wanted === LATEST ? (registered.record(name) ?? records.get(name)) : versions.of(name, wanted);
    if (record !== undefined) return record;
    const asked = wanted === LATEST ? name : `${name}:${wanted}`;
    throw new AwsError('ResourceNotFoundException', `Function not found: ${functionArn(context, asked)}`, 404, {
      Type: 'User',
    });
  };
  const versions = lambdaVersions(context, (input) => of({ FunctionName: functionAsked(input).name }), retire);

  const store = (input: Shape, before: FunctionRecord | undefined): Shape => {
    const record = functionFrom(context, input, before);
    if (registered.record(record.name) !== undefined)
      throw new AwsError('ResourceConflictException', `the program itself has registered ${record.name}`, 409, {
        Type: 'User',
      });
    records.set(record.name, record);
    retire(record.name);
    return shownFunction(context, record);
  };

  const uploaded = (input: Shape): boolean => {
    const code = read.optionalShape(input, 'Code') ?? input;
    return UPLOADED.some((field) => code[field] !== undefined);
  };

  /** As `store`, once the code that comes with the call is unpacked, over what `before` is then; and published, where it says so. */
  const put = (input: Shape, before: () => FunctionRecord | undefined): Shape | Promise<Shape> => {
    const stored = (all: Shape): Shape => {
      const shown = store(all, before());
      return read.flag(input, 'Publish') === true ? versions.publish({ FunctionName: input.FunctionName }) : shown;
    };
    if (!uploaded(input)) return stored(input);
    const { Code: _code, ...given } = input;
    const rest = Object.fromEntries(Object.entries(given).filter(([field]) => !UPLOADED.includes(field)));
    return uploadedCode()
      .folderOfUpload(context, read.optionalShape(input, 'Code') ?? input)
      .then((LocalDirectory) => stored({ ...rest, Code: { LocalDirectory } }));
  };

  const list = (input: Shape): Shape => {
    const all = [...registered.records(), ...records.values().filter(({ name }) => !registered.record(name))];
    const { items, next } = pageOf(all, ({ name }) => name, pageAsked(input));
    return {
      Functions: items.map((record) => shownFunction(context, record)),
      ...(next !== undefined && { NextMarker: next }),
    };
  };

  const operations: OperationTable = {
    ...versions.operations,
    // Unlike on AWS an existing function is replaced by a template that is loaded again: it says what the function now is.
    CreateFunction: (input) => {
      const { name } = functionAsked(input);
      const isOfTemplate = !uploaded(input) || read.optionalShape(input, 'Code')?.InlineText !== undefined;
      return put(input, () => {
        const before = records.get(name);
        if (before && !isOfTemplate)
          throw new AwsError('ResourceConflictException', `Function already exist: ${name}`, 409, { Type: 'User' });
        if (!before) return undefined;
        const Code = { LocalDirectory: before.directory };
        return { ...functionFrom(context, { FunctionName: name, Code }, undefined), revision: before.revision };
      });
    },
    UpdateFunctionConfiguration: (input) => store(input, of(input)),
    UpdateFunctionCode: (input) => {
      of(input); // before its code is unpacked
      return put(input, () => of(input));
    },
    DeleteFunction: (input) => {
      const { name, qualifier } = functionAsked(input);
      if (qualifier !== LATEST) {
        versions.remove(name, qualifier);
        return {};
      }
      of({ FunctionName: name });
      records.delete(name);
      retire(name);
      versions.removeAll(name);
      return {};
    },
    GetFunction: (input) => {
      const record = of(input);
      return {
        Configuration: shownFunction(context, record),
        Code: { RepositoryType: 'Local', Location: record.directory },
      };
    },
    GetFunctionConfiguration: (input) => shownFunction(context, of(input)),
    ListFunctions: list,
  };
  return { of, operations };
};
