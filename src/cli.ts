#!/usr/bin/env node
import { keepCompiled } from './adapters/compile-cache.ts';
import { sizeHeap } from './adapters/heap.ts';
import { widenThreadPool } from './adapters/thread-pool.ts';

// Before anything else is loaded: what comes after is most of what there is to compile.
keepCompiled();
sizeHeap();
widenThreadPool();
void import('./wire-cli.ts');
