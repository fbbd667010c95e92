/** What rendering one source yields, whichever tool did it. Types only. */
import type { KubeObject } from '../../kube/object.ts'
import type { Tool } from './detect.ts'
import type { RenderWarning } from './renderer.ts'

export interface SourceObject {
  readonly object: KubeObject
  /** The file it came from, as far as the tool tells; a path in the repository or in the chart. */
  readonly path: string
}

export interface SourceOutput {
  readonly objects: readonly SourceObject[]
  readonly warnings: readonly RenderWarning[]
}

/** One source's share of the result. `identity` decides the objects. */
export interface RenderedSource extends SourceOutput {
  readonly index: number
  readonly tool: Tool
  readonly identity: string
  readonly cached: boolean
}
