import { fieldReader } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { uuid } from '../../uuid.ts';

const read = fieldReader('InvalidParameterException');

type QueryDefinition = { readonly queryDefinitionId: string; readonly name: string; readonly queryString: string };

/** Saved queries are kept and listed; running one (StartQuery) is not implemented. */
export const queryOperations = (context: EngineContext): OperationTable => {
  const definitions = storedMap<QueryDefinition & Shape>(context.database, 'cloudwatchlogs_queries');
  return {
    PutQueryDefinition: (input) => {
      const queryDefinitionId = read.optionalText(input, 'queryDefinitionId') ?? uuid(context.random);
      const [name, queryString] = [read.text(input, 'name'), read.text(input, 'queryString')];
      const logGroupNames = read.texts(input, 'logGroupNames');
      const lastModified = context.clock.now();
      definitions.set(queryDefinitionId, { queryDefinitionId, name, queryString, logGroupNames, lastModified });
      return { queryDefinitionId };
    },
    DescribeQueryDefinitions: (input) => {
      const prefix = read.optionalText(input, 'queryDefinitionNamePrefix') ?? '';
      return { queryDefinitions: definitions.values().filter(({ name }) => name.startsWith(prefix)) };
    },
    DeleteQueryDefinition: (input) => {
      if (!definitions.delete(read.text(input, 'queryDefinitionId')))
        throw new AwsError('ResourceNotFoundException', 'The specified query definition does not exist.');
      return { success: true };
    },
  };
};
