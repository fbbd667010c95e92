/** What a render may use at most. Pure. */
import { availableParallelism } from 'node:os'

export interface RenderLimits {
  /** Milliseconds for one run of helm or kustomize (Argo CD: 90 s). */
  readonly timeMs: number
  /** Bytes one run may print, and bytes of manifests one Directory source may hold. */
  readonly outputBytes: number
  /** Bytes of address space of one run; the Go runtime is asked to stay under three quarters of it. */
  readonly memoryBytes: number
  /** Runs at the same time, shared by all applications. */
  readonly concurrency: number
  /** Bytes of manifest text whose parsed objects stay in memory, by blob id. */
  readonly manifestCacheBytes: number
  /** Bytes of rendered JSON whose objects stay in memory, by key. */
  readonly resultCacheBytes: number
}

const MiB = 1024 * 1024

export const defaultLimits: RenderLimits = {
  timeMs: 90_000,
  outputBytes: 64 * MiB,
  memoryBytes: 4096 * MiB,
  concurrency: Math.max(2, availableParallelism()),
  manifestCacheBytes: 4 * MiB,
  resultCacheBytes: 8 * MiB,
}
