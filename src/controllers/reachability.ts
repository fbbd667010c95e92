/** From the state of many watches to one fact about a cluster: it can be reached, or not. Each change is told once. No effects. */
import { ConnectionError } from '../kube/errors.ts'

export interface Reachability {
  /** A watch of this kind works, or broke with the error. Only a connection that fails says something about the cluster. */
  note(kind: string, connected: boolean, error: unknown): void
}

/** `tell` hears `false` with the first watch that cannot connect, and `true` when the last of those is back. */
export function createReachability(tell: (reachable: boolean, error: unknown) => void): Reachability {
  const away = new Set<string>()
  return {
    note(kind, connected, error) {
      if (connected) {
        if (away.delete(kind) && away.size === 0) tell(true, undefined)
        return
      }
      if (!(error instanceof ConnectionError)) return
      const first = away.size === 0
      away.add(kind)
      if (first) tell(false, error)
    },
  }
}
