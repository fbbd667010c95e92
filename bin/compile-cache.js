/** Where compiled modules are kept: below node_modules, so that they live and die with what is installed. Pure. */
import { fileURLToPath } from 'node:url'

export const compileCache = fileURLToPath(new URL('../node_modules/.cache/halcyon', import.meta.url))
