#!/usr/bin/env node
/** The command `halcyon`: runs src/main.ts in this process when Node is new enough, else in a child with the Node that npm brought. */
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import v8 from 'node:v8'
import { compileCache } from './compile-cache.js'
import { restartWithLeanMalloc } from './lean-malloc.js'
import node24 from './node24.cjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = new URL('../src/main.ts', import.meta.url)

if (node24.isNode24()) {
  // Returns only when there is nothing to change.
  restartWithLeanMalloc(process.argv.slice(2))
  // A long-lived process that is mostly idle: rather collect a little more often than keep tens of MiB of young garbage around.
  v8.setFlagsFromString('--max-semi-space-size=4')
  // Type stripping and compiling cost more than half of a short command; the cache lives and dies with the installed modules.
  module.enableCompileCache(compileCache)
  // Code that asks what was started (argv[1]) must see the program and not this file.
  process.argv[1] = fileURLToPath(main)
  await import(main.href)
} else {
  const node = node24.findNode24(root)
  if (node === undefined) {
    console.error(node24.noNode24)
    process.exitCode = 2
  } else {
    process.exitCode = await node24.runNode24(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)])
  }
}
