// The embedded engine: a CloudFormation template in, the system that it describes running on this machine out.
export { type Clock, realClock } from './clock.ts';
export { openServices, type Services, type ServicesOptions } from './embedding.ts';
export { type Engine, type EngineOptions, openEngine } from './engine.ts';
export { DamagedStateError, EngineError } from './engine-error.ts';
export { AwsError, type Service, type ServiceId, type Shape } from './service.ts';
export type { FunctionContext, RegisteredFunction, RegisteredFunctions } from './services/lambda/index.ts';
export { tryLock } from './state-folder.ts';
export { readAssembly, type Stack, type StackResource } from './template/index.ts';
export { openTestEngine, type TestEngine, type TestEngineOptions } from './test-engine.ts';
export { type SteeredClock, steeredClock, virtualClock } from './virtual-clock.ts';
