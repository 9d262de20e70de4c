#!/usr/bin/env node
import { keepCompiled } from './adapters/compile-cache.ts';

// Before anything else is loaded: what comes after is most of what there is to compile.
keepCompiled();
void import('./wire-cli.ts');
