/** What every component of one control plane shares. Pure. */
import type { Identity } from '../../../src/sandbox/identity.ts'
import type { Binaries } from './binaries.ts'

export interface Surroundings {
  readonly binaries: Binaries
  /** Small files and logs. */
  readonly directory: string
  /** Where etcd writes: memory where the system has it. */
  readonly data: string
  readonly logs: string
  /** Token and certificates of the server. */
  readonly identity: Identity
  readonly signal: AbortSignal | undefined
}
