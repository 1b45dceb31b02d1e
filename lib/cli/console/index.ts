export { type ConsoleServer, openConsole } from './server.ts';
