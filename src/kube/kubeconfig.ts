/** Reads kubeconfig files as kubectl does: which files, how they merge, which context. Effect: reads files. */
import { readFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { type Connection, concealing } from './connection.ts'
import { getList, getRecord, getString, isRecord } from './fields.ts'
import { inClusterConnection, isInCluster } from './in-cluster.ts'
import { KubeconfigError } from './kubeconfig-error.ts'
import { type Named, readCluster, readUser } from './kubeconfig-parts.ts'
import { type Environment, proxyFromEnvironment } from './proxy.ts'
import { parseYaml } from './yaml.ts'

export { KubeconfigError } from './kubeconfig-error.ts'

export interface KubeconfigOptions {
  /** --kubeconfig: this file and no other. */
  readonly path?: string | undefined
  /** --context. Default: current-context. */
  readonly context?: string | undefined
  /** KUBECONFIG, HOME and the proxy variables are read from it. */
  readonly env: Environment
  /** The home directory. */
  readonly home: string
}

export interface Kubeconfig {
  /** What was read, for messages: the files that exist, joined as in KUBECONFIG. */
  readonly path: string
  readonly currentContext: string
  readonly contexts: readonly string[]
  /** The connection of a context; undefined means the current one. Reads the files it names. Throws KubeconfigError. */
  connection(context?: string): Promise<Connection>
}

/**
 * The connection that kubectl would use with these flags and this environment. Without any kubeconfig file, inside a pod: the pod's
 * service account. Throws KubeconfigError.
 */
export async function loadConnection(options: KubeconfigOptions): Promise<Connection> {
  const explicit = options.path !== undefined || !!options.env['KUBECONFIG']
  try {
    const kubeconfig = await loadKubeconfig(options)
    return await kubeconfig.connection(options.context)
  } catch (error) {
    const missing = error instanceof KubeconfigError && error.missing
    if (missing && !explicit && options.context === undefined && isInCluster(options.env)) {
      return inClusterConnection(options.env)
    }
    throw error
  }
}

/** Reads and merges the files. Throws KubeconfigError; `missing` is set when there is no file at all. */
export async function loadKubeconfig(options: KubeconfigOptions): Promise<Kubeconfig> {
  const paths = pathsOf(options)
  const shown = paths.join(delimiter)
  const files = (await Promise.all(paths.map((path) => readOne(path)))).filter((file) => file !== undefined)
  if (files.length === 0) throw new KubeconfigError(shown, 'the file does not exist', { missing: true })
  const merged = merge(files)
  const path = files.map((file) => file.path).join(delimiter)

  return {
    path,
    currentContext: merged.currentContext,
    contexts: [...merged.contexts.keys()],
    async connection(context) {
      const name = context ?? merged.currentContext
      const names = [...merged.contexts.keys()]
      if (name === '') throw new KubeconfigError(path, `no current-context is set; there are: ${listText(names)}`)
      const found = merged.contexts.get(name)
      if (found === undefined)
        throw new KubeconfigError(path, `context "${name}" does not exist; there are: ${listText(names)}`)
      return connect(path, name, found, merged, options.env)
    },
  }
}

interface File {
  readonly path: string
  readonly content: unknown
}

interface Merged {
  readonly currentContext: string
  readonly contexts: ReadonlyMap<string, Named>
  readonly clusters: ReadonlyMap<string, Named>
  readonly users: ReadonlyMap<string, Named>
}

function pathsOf({ path, env, home }: KubeconfigOptions): string[] {
  if (path !== undefined) return [resolve(path)]
  const list = (env['KUBECONFIG'] ?? '').split(delimiter).filter((entry) => entry !== '')
  if (list.length > 0) return [...new Set(list.map((entry) => resolve(entry)))]
  return [join(home, '.kube', 'config')]
}

/** Undefined for a file that does not exist: in a list of several that is allowed. */
async function readOne(path: string): Promise<File | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const code = getString(error, 'code') ?? ''
    if (code === 'ENOENT') return undefined
    throw new KubeconfigError(path, code === 'EACCES' ? 'permission denied' : `it cannot be read (${code})`, {
      cause: error,
    })
  }
  const content = parse(path, text)
  if (!isRecord(content)) throw new KubeconfigError(path, 'it is not a kubeconfig')
  return { path, content }
}

function parse(path: string, text: string): unknown {
  try {
    return parseYaml(text).documents[0]?.value ?? {}
  } catch (error) {
    const line = getRecord(error)?.['line']
    // The parser quotes neither keys nor values, which may be secrets.
    throw new KubeconfigError(path, `it is not valid YAML${typeof line === 'number' ? ` (line ${line})` : ''}`)
  }
}

/** Across files, the first one to set a name wins, whole entry by whole entry. */
function merge(files: readonly File[]): Merged {
  const currentContext = files
    .map((file) => getString(file.content, 'current-context') ?? '')
    .find((name) => name !== '')
  return {
    currentContext: currentContext ?? '',
    contexts: mergeList(files, 'contexts', 'context'),
    clusters: mergeList(files, 'clusters', 'cluster'),
    users: mergeList(files, 'users', 'user'),
  }
}

function mergeList(files: readonly File[], list: string, member: string): Map<string, Named> {
  const merged = new Map<string, Named>()
  for (const { path, content } of files) {
    for (const item of getList(content, list)) {
      const name = getString(item, 'name')
      if (name === undefined || merged.has(name)) continue
      merged.set(name, { path, directory: dirname(path), name, value: getRecord(item, member) ?? {} })
    }
  }
  return merged
}

async function connect(
  path: string,
  name: string,
  context: Named,
  merged: Merged,
  env: Environment,
): Promise<Connection> {
  const clusterName = getString(context.value, 'cluster') ?? ''
  const cluster = merged.clusters.get(clusterName)
  if (cluster === undefined)
    throw new KubeconfigError(path, `context "${name}" names cluster "${clusterName}", which does not exist`)
  const userName = getString(context.value, 'user') ?? ''
  const user = merged.users.get(userName)
  if (user === undefined && userName !== '') {
    throw new KubeconfigError(path, `context "${name}" names user "${userName}", which does not exist`)
  }
  const { server, ca, insecure, serverName, proxyUrl, execConfig } = await readCluster(cluster)
  const { identity, client, impersonate } = await readUser(user, execConfig)
  return concealing({
    name,
    server,
    namespace: getString(context.value, 'namespace') || 'default',
    tls: { ca, insecure, serverName, client },
    proxyUrl: proxyUrl ?? proxyFromEnvironment(server, env),
    identity,
    ...(impersonate === undefined ? {} : { impersonate }),
  })
}

function listText(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}
