// Jest finds, orders and reports; test files run in Node itself, which strips their types (test/native-runner.mjs).
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testRunner: '<rootDir>/test/native-runner.mjs',
  testSequencer: '<rootDir>/test/longest-first.mjs',
  transform: {},
  moduleFileExtensions: ['ts', 'mjs', 'js', 'cjs', 'json', 'node'],
  maxWorkers: 2,
  testTimeout: 120_000,
};
