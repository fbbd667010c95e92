/**
 * Loads what `halcyon up` loads, once after an installation, so that the compiled modules are there for the process that stays: stripping
 * types in it would leave 12 MiB with it for good (measured), and takes about as long. Effects: files in node_modules/.cache.
 */
import module from 'node:module'
import { compileCache } from '../bin/compile-cache.js'

module.enableCompileCache(compileCache)
process.argv = [process.argv[0], process.argv[1], '--version']
const parts = ['main', 'up', 'server/server', 'runtime/metrics', 'sandbox/sandbox']
await Promise.all(parts.map((part) => import(new URL(`../src/${part}.ts`, import.meta.url).href)))
