#!/usr/bin/env node
import { runProgram } from '../lib/cli/index.ts';
import { settingOfProcess } from './setting.ts';

process.exitCode = await runProgram(process.argv.slice(2), settingOfProcess());
