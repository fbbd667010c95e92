/** What the CLI hands to the composition root: work that needs more than the client. Types only. */
import type { PlanView } from '../api/views.ts'
import type { HalcyonClient } from '../client/client.ts'
import type { CliIo } from './io.ts'
import type { Format } from './output/structured.ts'

export interface UpOptions {
  /** URL or directory; undefined with `demo`. */
  readonly repo: string | undefined
  readonly revision: string | undefined
  readonly path: string | undefined
  readonly demo: boolean
  /** The cluster: undefined = the embedded sandbox. Either field may be '' for kubectl's own default. */
  readonly cluster: { readonly kubeconfig: string; readonly context: string } | undefined
  readonly once: boolean
  readonly readOnly: boolean
  /** Undefined = 127.0.0.1:8420, or any free port when that one is taken. */
  readonly listen: { readonly host: string; readonly port: number } | undefined
  readonly dataDir: string
  /** Forget the sandbox cluster's state and start with an empty one. */
  readonly fresh: boolean
  /** Of one sync; undefined = the default. */
  readonly deadlineMs: number | undefined
  /** Between looks at remote repositories; undefined = the default. */
  readonly pollMs: number | undefined
  /** A file with the ConfigMap `argocd-cm`; undefined = the one in the cluster. */
  readonly settings: string | undefined
  /** The folder of config management plug-ins. */
  readonly plugins: string | undefined
  /** For the report of `--once`. */
  readonly output: Format
}

export interface SandboxOptions {
  /** 0 = any free one. */
  readonly port: number
  readonly kubeconfigOut: string | undefined
  readonly dataDir: string
  readonly fresh: boolean
  /** A file of objects to begin with. */
  readonly seed: string | undefined
}

/** What to render without a server. `file` is a manifest of an Application; `app` names one below `path`; neither = the path itself. */
export interface LocalOptions {
  readonly repo: string
  readonly revision: string | undefined
  readonly path: string | undefined
  readonly app: string | undefined
  readonly file: string | undefined
  /** Show secret values instead of masking them. */
  readonly reveal: boolean
  readonly dataDir: string
}

export interface LocalDiffOptions extends LocalOptions {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
}

/** Each resolves with the exit code or the answer, and throws HalcyonError for what a person can cure. */
export interface CliHandlers {
  readonly version: string
  runUp(options: UpOptions): Promise<number>
  runSandbox(options: SandboxOptions): Promise<number>
  /** Multi-document YAML. */
  renderLocal(options: LocalOptions): Promise<string>
  /** Without it, `diff` has no `--local`. */
  diffLocal?(options: LocalDiffOptions): Promise<readonly PlanView[]>
  readonly io?: CliIo
  /** How to reach a running process; tests give their own client. Default: by --server, else by the data directory. */
  connect?(target: ServerTarget): Promise<HalcyonClient>
}

export interface ServerTarget {
  readonly dataDir: string
  /** From --server or HALCYON_SERVER; the token then comes from HALCYON_TOKEN. */
  readonly server: string | undefined
  readonly token: string | undefined
}
