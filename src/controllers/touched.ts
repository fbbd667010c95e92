/** Whether a move from one set of revisions to another concerns an application: only if something it read changed. Effect: reads Git. */
import type { Application } from '../api/application.ts'
import { sourcesOf } from '../api/application.ts'
import { touches } from '../pipeline/source/read-set.ts'
import type { ChangedPath, Sources } from '../pipeline/source/source.ts'
import type { Rendered } from './application-state.ts'

export interface Touches {
  /** The changed paths that were read, per move; empty = not concerned. An unknown history counts as touched. */
  between(
    manifest: Application,
    rendered: Rendered,
    revisions: readonly string[],
    signal: AbortSignal,
  ): Promise<boolean>
}

/** After a restart thousands of applications ask about the same two commits; one walk answers all. */
export function createTouches(sources: Sources): Touches {
  const walks = new Map<string, Promise<readonly ChangedPath[]>>()

  function changed(url: string, from: string, to: string, signal: AbortSignal): Promise<readonly ChangedPath[]> {
    const key = `${url} ${from} ${to}`
    let walk = walks.get(key)
    if (walk === undefined) {
      if (walks.size > 64) walks.clear()
      walk = sources.open(url).changedPaths(from, to, signal)
      walks.set(key, walk)
      walk.catch(() => walks.delete(key))
    }
    return walk
  }

  return {
    async between(manifest, rendered, revisions, signal) {
      const specs = sourcesOf(manifest.spec)
      if (specs.length !== rendered.revisions.length || revisions.length !== specs.length) return true
      for (const [index, spec] of specs.entries()) {
        const from = rendered.revisions[index] ?? ''
        const to = revisions[index] ?? ''
        if (from === to) continue
        if (spec.chart !== undefined) return true
        try {
          const paths = await changed(spec.repoURL, from, to, signal)
          if (touches(rendered.readSets[index] ?? [], paths)) return true
        } catch (error) {
          if (signal.aborted) throw error
          return true
        }
      }
      return false
    },
  }
}
