// What `@jest/globals` is in a test file: always that of the file that runs, also in modules that several files share.
const of = (name) => () => globalThis[Symbol.for('heddle.test.globals')][name];

const live = (current) =>
  new Proxy(() => undefined, {
    apply: (_, self, words) => Reflect.apply(current(), self, words),
    get: (_, key) => current()[key],
  });

export const afterAll = live(of('afterAll'));
export const afterEach = live(of('afterEach'));
export const beforeAll = live(of('beforeAll'));
export const beforeEach = live(of('beforeEach'));
export const describe = live(of('describe'));
export const expect = live(of('expect'));
export const jest = live(of('jest'));
export const test = live(of('test'));
