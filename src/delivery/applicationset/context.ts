/** The world as generators see it: every effect is injected, so that the same rules run offline, in the engine and in tests. Types. */
import type { LabelSelector } from '../../api/applicationset.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { TemplateEngine } from './templates.ts'

/** One repository at one commit. */
export interface GitTree {
  readonly commit: string
  /** All directories but the root and what is below a name that starts with '.'; sorted. */
  directories(): Promise<readonly string[]>
  /** All files; sorted. */
  files(): Promise<readonly string[]>
  read(path: string): Promise<string>
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs?: number
  /** Skips the check of the server's certificate. */
  readonly insecure?: boolean
  /** PEM certificates to trust besides the usual ones. */
  readonly ca?: string
}

export interface HttpResponse {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Every method throws when it has no answer: "none" and "unknown" are never the same. */
export interface GeneratorContext {
  readonly templates: TemplateEngine
  git(repoURL: string, revision: string): Promise<GitTree>
  http(request: HttpRequest): Promise<HttpResponse>
  /** Cluster Secrets (`argocd.argoproj.io/secret-type: cluster`). */
  clusters(): Promise<readonly KubeObject[]>
  /** Undefined = there is none of that name. */
  configMap(name: string, namespace: string): Promise<KubeObject | undefined>
  secret(name: string, namespace: string): Promise<KubeObject | undefined>
  /** Objects of a kind in a namespace, for clusterDecisionResource. `kind` may be a kind or, as Argo CD's documents write it, a resource name. */
  objects(query: {
    readonly apiVersion: string
    readonly kind: string
    readonly namespace: string
    readonly name: string | undefined
    readonly selector: LabelSelector | undefined
  }): Promise<readonly KubeObject[]>
  /** Unix time in ms, for tokens that expire. */
  now(): number
  readonly signal: AbortSignal | undefined
}
