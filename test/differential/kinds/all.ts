/** Every kind of the differential test. Pure data. */
import { APPS } from './apps.ts'
import { CORE } from './core.ts'
import { CUSTOM } from './custom.ts'
import type { Kind } from './kind.ts'
import { OTHERS } from './others.ts'

export const KINDS: readonly Kind[] = [...CORE, ...APPS, ...OTHERS, ...CUSTOM]
