/** How to reach one API server and who to be there, as data. Built by kubeconfig.ts, in-cluster.ts and cluster-secret.ts. Pure. */
import { inspect } from 'node:util'

/** An exec credential plug-in, as in a kubeconfig (client.authentication.k8s.io). */
export interface ExecPlugin {
  readonly apiVersion: 'client.authentication.k8s.io/v1' | 'client.authentication.k8s.io/v1beta1'
  readonly command: string
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly installHint: string
  readonly provideClusterInfo: boolean
  readonly interactiveMode: 'Never' | 'IfAvailable' | 'Always'
  /** `extensions["client.authentication.k8s.io/exec"]` of the cluster, handed to the plug-in. */
  readonly config: unknown
}

export type Identity =
  | { readonly type: 'none' }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'tokenFile'; readonly path: string }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'exec'; readonly plugin: ExecPlugin }

/** PEM texts. */
export interface ClientCertificate {
  readonly cert: string
  readonly key: string
}

export interface Connection {
  /** How people know it: the context name, or the server's URL. */
  readonly name: string
  /** URL without a trailing slash; may have a path. */
  readonly server: string
  /** The namespace of objects that name none. */
  readonly namespace: string
  readonly tls: {
    /** PEM; undefined trusts the authorities of the system. */
    readonly ca: string | undefined
    readonly insecure: boolean
    readonly serverName: string | undefined
    readonly client: ClientCertificate | undefined
  }
  readonly proxyUrl: string | undefined
  readonly identity: Identity
  readonly impersonate?: { readonly user: string; readonly uid: string; readonly groups: readonly string[] }
}

/** The same connection, which prints and serialises without its secrets. */
export function concealing(connection: Connection): Connection {
  const shown = {
    name: connection.name,
    server: connection.server,
    namespace: connection.namespace,
    identity: connection.identity.type,
  }
  Object.defineProperty(connection, 'toJSON', { value: () => shown })
  Object.defineProperty(connection, inspect.custom, { value: () => shown })
  return connection
}

/** A server's URL for messages: without user, password and query. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return 'an invalid URL'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}
