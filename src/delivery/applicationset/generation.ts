/** What every generator works with: the set it belongs to, how its texts are rendered, and the world. Types. */
import type { ApplicationSet } from '../../api/applicationset.ts'
import type { GeneratorContext } from './context.ts'
import type { Dialect } from './tree-template.ts'

export interface Generation {
  readonly set: ApplicationSet
  /** Where its Secrets and ConfigMaps are. */
  readonly namespace: string
  readonly dialect: Dialect
  readonly context: GeneratorContext
}
