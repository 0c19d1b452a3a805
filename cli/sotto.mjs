#!/usr/bin/env node
/** The `sotto` command. In a source checkout that has not been built yet, it makes the checkout ready first. */
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(main)) await import('./bootstrap.mjs');
await import(main.href);
