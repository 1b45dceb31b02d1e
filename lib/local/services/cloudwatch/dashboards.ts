import { arnOf } from '../../arn.ts';
import type { OperationTable } from '../../operation-table.ts';
import { asked, pageOf } from '../../page.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { read } from './metric.ts';

type Dashboard = { readonly name: string; readonly body: string; readonly modifiedMs: number };

const PAGE = { token: 'NextToken', most: 1000, error: 'InvalidParameterValue' };

const checkBody = (body: string): void => {
  try {
    JSON.parse(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AwsError('InvalidParameterInput', `The dashboard body is invalid: ${error.message}`);
  }
};

/** PutDashboard, GetDashboard, ListDashboards, DeleteDashboards. The body is kept, not drawn. */
export const dashboardOperations = (context: EngineContext): OperationTable => {
  const dashboards = storedMap<Dashboard>(context.database, 'cloudwatch_dashboards');
  // Dashboards are global: their ARNs have no region.
  const arn = (name: string): string =>
    arnOf({ region: '', account: context.account }, 'cloudwatch', `dashboard/${name}`);
  const missing = (name: string): AwsError => new AwsError('ResourceNotFound', `Dashboard ${name} does not exist`, 404);
  return {
    PutDashboard: (input) => {
      const name = read.text(input, 'DashboardName');
      const body = read.text(input, 'DashboardBody');
      checkBody(body);
      dashboards.set(name, { name, body, modifiedMs: context.clock.now() });
      return { DashboardValidationMessages: [] };
    },
    GetDashboard: (input) => {
      const name = read.text(input, 'DashboardName');
      const found = dashboards.get(name);
      if (!found) throw missing(name);
      return { DashboardArn: arn(name), DashboardName: name, DashboardBody: found.body };
    },
    ListDashboards: (input) => {
      const prefix = read.optionalText(input, 'DashboardNamePrefix') ?? '';
      const found = dashboards.values().filter(({ name }) => name.startsWith(prefix));
      const { items, next } = pageOf(found, ({ name }) => name, asked(input, PAGE));
      const DashboardEntries = items.map(
        ({ name, body, modifiedMs }): Shape => ({
          DashboardName: name,
          DashboardArn: arn(name),
          LastModified: modifiedMs / 1000,
          Size: Buffer.byteLength(body),
        }),
      );
      return { DashboardEntries, ...(next !== undefined && { NextToken: next }) };
    },
    DeleteDashboards: (input) => {
      const names = read.texts(input, 'DashboardNames');
      for (const name of names) if (!dashboards.has(name)) throw missing(name);
      for (const name of names) dashboards.delete(name);
      return {};
    },
  };
};
