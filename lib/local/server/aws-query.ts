// The query protocol (SNS, STS, and CloudWatch from older clients): a form in, XML out.
import { AwsError, type Service, type ServiceId, type Shape } from '../service.ts';
import type { WireRequest, WireResponse } from './wire.ts';
import { element, escapeXml } from './xml.ts';

const NAMESPACES: Partial<Record<ServiceId, string>> = {
  sns: 'http://sns.amazonaws.com/doc/2010-03-31/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  cloudwatch: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
};

// XML does not tell a map from a structure, nor a time from a number: these outputs are what the names say.
const MAPS: ReadonlySet<string> = new Set(['Attributes', 'attributes']);
const TIME = /(?:Timestamp|Timestamps|Time)$/;

interface FormTree {
  text?: string;
  readonly fields: Map<string, FormTree>;
}

const emptyTree = (): FormTree => ({ fields: new Map() });

const treeOf = (form: URLSearchParams): FormTree => {
  const root = emptyTree();
  for (const [name, text] of form) {
    let tree = root;
    for (const part of name.split('.')) {
      const next = tree.fields.get(part) ?? emptyTree();
      tree.fields.set(part, next);
      tree = next;
    }
    tree.text = text;
  }
  return root;
};

const inOrder = (tree: FormTree): readonly FormTree[] =>
  [...tree.fields].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);

// `List.member.1`, `Map.entry.1.key` (`Name` in SNS message attributes), plain fields.
const treeValue = (tree: FormTree): unknown => {
  if (tree.fields.size === 0) return tree.text ?? '';
  const members = tree.fields.get('member');
  if (members !== undefined) return inOrder(members).map(treeValue);
  const entries = tree.fields.get('entry');
  if (entries === undefined) return shapeOf(tree);
  return Object.fromEntries(
    inOrder(entries).map(({ fields }) => {
      const key = fields.get('key') ?? fields.get('Name');
      const value = fields.get('value') ?? fields.get('Value');
      return [key?.text ?? '', value === undefined ? '' : treeValue(value)];
    }),
  );
};

const shapeOf = (tree: FormTree): Shape =>
  Object.fromEntries([...tree.fields].map(([name, child]) => [name, treeValue(child)]));

const scalar = (name: string, value: unknown): string =>
  typeof value === 'number' && TIME.test(name) ? new Date(value * 1000).toISOString() : String(value);

const xmlOf = (name: string, value: unknown): string => {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) {
    const members = value.map((item) =>
      typeof item === 'object' ? xmlOf('member', item) : element('member', escapeXml(scalar(name, item))),
    );
    return element(name, members.join(''));
  }
  if (typeof value !== 'object') return element(name, escapeXml(scalar(name, value)));
  const fields = Object.entries(value);
  if (!MAPS.has(name)) return element(name, fields.map(([field, inner]) => xmlOf(field, inner)).join(''));
  const entries = fields.map(([key, inner]) =>
    element('entry', element('key', escapeXml(key)) + element('value', escapeXml(String(inner)))),
  );
  return element(name, entries.join(''));
};

const XML_HEADERS = { 'content-type': 'text/xml' };

const metadata = (requestId: string): string => element('ResponseMetadata', element('RequestId', escapeXml(requestId)));

/** An error in the shape of the query protocol. */
export const queryError = (error: AwsError, requestId: string, namespace = ''): WireResponse => {
  const fault = error.status < 500 ? 'Sender' : 'Receiver';
  const parts = element('Type', fault) + element('Code', escapeXml(error.code));
  const detail = element('Error', parts + element('Message', escapeXml(error.message)));
  return {
    status: error.status,
    headers: XML_HEADERS,
    body: element('ErrorResponse', detail + element('RequestId', escapeXml(requestId)), ` xmlns="${namespace}"`),
  };
};

/** One call of the query protocol. Numbers and booleans reach the service as texts. */
export const callQuery = async (request: WireRequest, service: Service): Promise<WireResponse> => {
  const { requestId } = request;
  const namespace = NAMESPACES[service.id] ?? '';
  const form = new URLSearchParams(request.method === 'GET' ? request.query : request.body.toString());
  try {
    const { Action: action, Version: _version, ...input } = shapeOf(treeOf(form));
    if (typeof action !== 'string') throw new AwsError('MissingAction', 'the request has no Action');
    const output = await service.call(action, input);
    const result = element(
      `${action}Result`,
      Object.entries(output)
        .map(([name, value]) => xmlOf(name, value))
        .join(''),
    );
    const body = element(`${action}Response`, result + metadata(requestId), ` xmlns="${namespace}"`);
    return { status: 200, headers: XML_HEADERS, body };
  } catch (error) {
    if (error instanceof AwsError) return queryError(error, requestId, namespace);
    throw error;
  }
};
