/** Plays a sequence on one server and notes what it answered, in comparable form. Effects: requests. */
import { type Data, isData, layered, metadataOf } from './data.ts'
import type { Kind } from './kinds/kind.ts'
import { normal, Versions } from './normal.ts'
import type { Operation, Target } from './operations.ts'
import type { Call, Reply, Server } from './server.ts'

export interface Player {
  /** Plays one operation; the answer is comparable with that of another server. */
  play(operation: Operation): Promise<Data>
  /** Every event of the objects since the player was made, in comparable form. */
  events(): Promise<Data[]>
  /** Removes what holds the objects, and the objects. */
  clear(): Promise<void>
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const SENTINEL = 'zz'

/** `run` sets this play apart from others in the same namespace. */
export async function createPlayer(server: Server, kind: Kind, namespace: string, run: string): Promise<Player> {
  const versions = new Versions()
  /** Bodies of the last successful answers about objects, by name. */
  const known = new Map<string, Data>()
  const before = new Map<string, Data>()
  const names = new Set<string>()
  const sentinelName = `${SENTINEL}-${run}`
  const start = await server.call({ method: 'GET', path: collection(kind, 0, namespace) })
  const startVersion = String(metadataOf(start.body)['resourceVersion'] ?? '0')

  function comparable(operation: Operation, body: Data): Data {
    const listed = body['items']
    const seen =
      operation.op === 'list' && Array.isArray(listed)
        ? { ...body, items: listed.filter((one) => isData(one) && names.has(String(metadataOf(one)['name']))) }
        : body
    // What a dry run that creates answers as its version means nothing, and lists tell the version of everything.
    const unsaid = operation.op === 'list' || ('dryRun' in operation && operation.dryRun) || kind.settles === true
    const { resourceVersion: _version, ...metadata } = metadataOf(seen)
    const shown = normal(unsaid && isData(seen['metadata']) ? { ...seen, metadata } : seen, versions)
    if (operation.op === 'list' && Array.isArray(shown['items'])) {
      if (kind.settles === true) for (const one of shown['items'] as Data[]) delete metadataOf(one)['resourceVersion']
    }
    return shown
  }

  function remember(name: string, reply: Reply): void {
    if (reply.code >= 300 || reply.body['kind'] !== kind.kind) return
    const last = known.get(name)
    if (last !== undefined) before.set(name, last)
    known.set(name, reply.body)
  }

  return {
    async play(operation) {
      names.add(operation.name)
      if (
        operation.op === 'update' ||
        operation.op === 'apply' ||
        (operation.op === 'delete' && operation.precondition === 'right')
      ) {
        remember(operation.name, await server.call({ method: 'GET', path: item(kind, operation, namespace) }))
      }
      // An update that makes a Service leaves it without an address: nobody does that, and the sandbox gives it one.
      const writes = operation.op === 'update' || (operation.op === 'apply' && operation.status)
      if (kind.kind === 'Service' && writes && known.get(operation.name) === undefined) return {}
      // A dry run of its status answers a mixture of what was sent and what is stored.
      const odd = 'dryRun' in operation && operation.dryRun && 'status' in operation && operation.status
      if (kind.kind === 'Service' && odd) return {}
      // A spec of the wrong type that is sent to status is dropped, and with it the real server loses every owner.
      const stray = operation.op === 'patch' && operation.status && isData(operation.body) && 'spec' in operation.body
      if (kind.kind === 'Widget' && stray) return {}
      const call = callOf(operation, kind, namespace, known.get(operation.name), before.get(operation.name))
      const reply = await server.call(call)
      if (!('dryRun' in operation && operation.dryRun)) remember(operation.name, reply)
      return { code: reply.code, body: comparable(operation, reply.body), warnings: told(reply.warnings) }
    },
    async events() {
      const path = collection(kind, 0, namespace)
      const sentinel = layered(kind.base, {
        apiVersion: kind.apiVersions[0],
        kind: kind.kind,
        metadata: { name: sentinelName },
      })
      const made = await server.call({ method: 'POST', path, body: sentinel })
      if (made.code !== 201) throw new Error(`no sentinel of ${kind.kind}: ${JSON.stringify(made.body)}`)
      const events = await server.watch(path, startVersion, (event) => nameOf(event) === sentinelName)
      await server.call({ method: 'DELETE', path: `${path}/${sentinelName}` })
      const shown = events.filter((event) => names.has(nameOf(event))).map((event) => normal(event, versions))
      return kind.settles === true ? settled(shown) : shown
    },
    async clear() {
      for (const name of names) {
        const path = item(kind, { name, version: 0 }, namespace)
        await server.call({
          method: 'PATCH',
          path,
          contentType: 'application/merge-patch+json',
          body: { metadata: { finalizers: null } },
        })
        await server.call({
          method: 'DELETE',
          path,
          query: { gracePeriodSeconds: '0', propagationPolicy: 'Background' },
        })
      }
    },
  }
}

/** Events without versions, and without those that then tell nothing new. */
function settled(events: readonly Data[]): Data[] {
  const last = new Map<string, string>()
  return events.filter((event) => {
    const object = event['object']
    if (isData(object)) delete metadataOf(object)['resourceVersion']
    const text = JSON.stringify(object)
    const news = event['type'] !== 'MODIFIED' || last.get(nameOf(event)) !== text
    last.set(nameOf(event), text)
    return news
  })
}

/** Advice about pod templates and the like is not given by the sandbox. */
function told(warnings: readonly string[]): string[] {
  return warnings
    .flatMap((text) => text.split(/, (?=299 )/))
    .filter((text) => !/^299 - "(spec\.|metadata\.|tls: )/.test(text))
}

function nameOf(event: Data): string {
  const object = event['object']
  return isData(object) ? String(metadataOf(object)['name'] ?? '') : ''
}

function collection(kind: Kind, version: number, namespace: string): string {
  const apiVersion = kind.apiVersions[version] ?? kind.apiVersions[0] ?? 'v1'
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return kind.clusterScoped === true ? `${root}/${kind.plural}` : `${root}/namespaces/${namespace}/${kind.plural}`
}

function item(kind: Kind, target: Target, namespace: string): string {
  return `${collection(kind, target.version, namespace)}/${target.name}`
}

function callOf(
  operation: Operation,
  kind: Kind,
  namespace: string,
  current: Data | undefined,
  earlier: Data | undefined,
): Call {
  const path = item(kind, operation, namespace)
  const identity: Data = {
    apiVersion: kind.apiVersions[operation.version],
    kind: kind.kind,
    metadata: { name: operation.name, ...(kind.clusterScoped !== true && { namespace }) },
  }
  switch (operation.op) {
    case 'get':
      return { method: 'GET', path }
    case 'list':
      return {
        method: 'GET',
        path: collection(kind, operation.version, namespace),
        query: { ...(operation.selector !== '' && { labelSelector: operation.selector }) },
      }
    case 'delete':
      return { method: 'DELETE', path, body: deleteOptions(operation, current) }
    case 'create': {
      const object = build(layered(kind.base, identity), operation.pieces)
      if (operation.lastApplied) addLastApplied(object)
      return {
        method: 'POST',
        path: collection(kind, operation.version, namespace),
        query: queryOf(operation),
        body: object,
      }
    }
    case 'apply': {
      const whole = operation.status ? identity : (layered(kind.base, identity) as Data)
      return {
        method: 'PATCH',
        path: operation.status ? `${path}/status` : path,
        query: { ...queryOf(operation), ...(operation.force && { force: 'true' }) },
        contentType: 'application/apply-patch+yaml',
        body: build(whole, operation.pieces),
      }
    }
    case 'update': {
      const base = current ?? (layered(kind.base, identity) as Data)
      const object = layered(base, layered(identity, operation.piece)) as Data
      const metadata = metadataOf(object)
      if (operation.known === 'none') delete metadata['resourceVersion']
      if (operation.known === 'stale') metadata['resourceVersion'] = metadataOf(earlier ?? {})['resourceVersion'] ?? '1'
      return {
        method: 'PUT',
        path: operation.status ? `${path}/status` : path,
        query: queryOf(operation),
        body: object,
      }
    }
    case 'patch':
      return {
        method: 'PATCH',
        path: operation.status ? `${path}/status` : path,
        query: queryOf(operation),
        contentType: `application/${operation.type === 'strategic' ? 'strategic-merge' : operation.type === 'json' ? 'json' : 'merge'}-patch+json`,
        body: operation.body,
      }
    default:
      return scaleCall(operation, path, namespace)
  }
}

function scaleCall(operation: Extract<Operation, { op: 'scale' }>, path: string, namespace: string): Call {
  const { how, replicas, name } = operation
  const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name, namespace }, spec: { replicas } }
  const shared = { path: `${path}/scale`, query: queryOf(operation) }
  if (how === 'update') return { ...shared, method: 'PUT', body: scale }
  if (how === 'apply') return { ...shared, method: 'PATCH', contentType: 'application/apply-patch+yaml', body: scale }
  return { ...shared, method: 'PATCH', contentType: 'application/merge-patch+json', body: { spec: { replicas } } }
}

function queryOf(operation: { manager: string; dryRun: boolean; validation: string }): Record<string, string> {
  return {
    ...(operation.manager !== '' && { fieldManager: operation.manager }),
    ...(operation.dryRun && { dryRun: 'All' }),
    ...(operation.validation !== '' && { fieldValidation: operation.validation }),
  }
}

function build(base: unknown, pieces: readonly Data[]): Data {
  return pieces.reduce<Data>((object, piece) => layered(object, piece) as Data, base as Data)
}

/** As kubectl's client-side apply leaves it. */
function addLastApplied(object: Data): void {
  const text = `${JSON.stringify(object)}\n`
  const metadata = metadataOf(object)
  const annotations = isData(metadata['annotations']) ? metadata['annotations'] : {}
  metadata['annotations'] = { ...annotations, [LAST_APPLIED]: text }
}

function deleteOptions(operation: Extract<Operation, { op: 'delete' }>, current: Data | undefined): Data {
  const { uid, resourceVersion } = metadataOf(current ?? {})
  const preconditions = {
    '': undefined,
    uid: { uid: 'a5d4d3b4-6a1d-4d56-9b1e-0f3a5c8e7d10' },
    resourceVersion: { resourceVersion: '1' },
    right: { uid, resourceVersion },
  }[operation.precondition]
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(operation.propagation !== '' && { propagationPolicy: operation.propagation }),
    ...(preconditions !== undefined && { preconditions }),
    ...(operation.dryRun && { dryRun: ['All'] }),
    gracePeriodSeconds: 0,
  }
}
