/** Charts in an OCI registry: tags, manifest, and the layer that holds the archive (distribution API). Effects: network. */
import { createHash } from 'node:crypto'
import type { ChartAccess } from './chart-http.ts'
import { basicAuthorization, type HttpAnswer } from './chart-transport.ts'
import { isRecord } from './manifest.ts'

const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
const manifestTypes = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json'

/** Where a chart is: `registry.example/team` and `web` -> host and name. */
export interface OciLocation {
  readonly origin: string
  readonly name: string
}

/** `repository` with or without `oci://`. Registries on the loopback are spoken to without TLS, as Helm and Docker do. */
export function ociLocation(repository: string, chart: string | undefined): OciLocation {
  const [host = '', ...path] = repository
    .replace(/^oci:\/\//, '')
    .replace(/\/+$/, '')
    .split('/')
  const plain = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host)
  const name = [...path, ...(chart === undefined || chart === '' ? [] : [chart])].join('/')
  return { origin: `${plain ? 'http' : 'https'}://${host}`, name }
}

/** All versions of a chart. Tags cannot hold `+`, so Helm writes it as `_`. Throws Error. */
export async function ociVersions(access: ChartAccess, location: OciLocation): Promise<string[]> {
  const versions: string[] = []
  let url: string | undefined = `${location.origin}/v2/${location.name}/tags/list?n=1000`
  for (let page = 0; url !== undefined && page < 100; page++) {
    const answer: HttpAnswer = await ask(access, location, url, 'application/json')
    const body: unknown = JSON.parse(answer.body.toString('utf8'))
    const tags = isRecord(body) && Array.isArray(body['tags']) ? body['tags'] : []
    versions.push(...tags.map((tag) => String(tag).replaceAll('_', '+')))
    const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(String(answer.headers['link'] ?? ''))?.[1]
    url = next === undefined ? undefined : new URL(next, url).href
  }
  return versions
}

/** The archive of a version or digest; both the manifest's and the layer's digest are checked. Throws Error. */
export async function ociArchive(access: ChartAccess, location: OciLocation, version: string): Promise<Buffer> {
  const reference = version.replaceAll('+', '_')
  const base = `${location.origin}/v2/${location.name}`
  const { body } = await ask(access, location, `${base}/manifests/${reference}`, manifestTypes)
  if (reference.startsWith('sha256:')) checkDigest(body, reference, 'manifest')
  const manifest: unknown = JSON.parse(body.toString('utf8'))
  const layers = isRecord(manifest) && Array.isArray(manifest['layers']) ? manifest['layers'] : []
  const layer: unknown = layers.find(
    (candidate: unknown) => isRecord(candidate) && candidate['mediaType'] === chartLayer,
  )
  if (!isRecord(layer) || typeof layer['digest'] !== 'string')
    throw new Error(`${location.name}:${reference} is not a Helm chart`)
  const archive = await ask(access, location, `${base}/blobs/${layer['digest']}`, 'application/octet-stream')
  checkDigest(archive.body, layer['digest'], 'chart layer')
  return archive.body
}

function checkDigest(bytes: Buffer, expected: string, what: string): void {
  const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  if (actual !== expected) throw new Error(`the ${what} has digest ${actual} instead of ${expected}`)
}

/** A GET that answers one challenge (Basic, or Bearer with a token service). */
async function ask(access: ChartAccess, location: OciLocation, url: string, accept: string): Promise<HttpAnswer> {
  let answer = await access.transport.get(url, { accept }, access.signal)
  if (answer.status === 401) {
    const authorization = await answerChallenge(access, location, String(answer.headers['www-authenticate'] ?? ''))
    answer = await access.transport.get(url, { accept, authorization }, access.signal)
  }
  if (answer.status !== 200)
    throw new Error(`${new URL(location.origin).host} answered ${answer.status} for ${location.name}`)
  return answer
}

async function answerChallenge(access: ChartAccess, location: OciLocation, challenge: string): Promise<string> {
  const { credentials, transport, signal } = access
  if (!/^bearer /i.test(challenge)) {
    if (credentials === undefined) throw new Error(`${new URL(location.origin).host} asks for credentials`)
    return basicAuthorization(credentials)
  }
  const parameters = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map((match) => [match[1]!, match[2]!]))
  const url = new URL(parameters.get('realm') ?? '', location.origin)
  const service = parameters.get('service')
  if (service !== undefined) url.searchParams.set('service', service)
  url.searchParams.set('scope', parameters.get('scope') ?? `repository:${location.name}:pull`)
  const headers = credentials === undefined ? {} : { authorization: basicAuthorization(credentials) }
  const answer = await transport.get(url.href, headers, signal)
  if (answer.status !== 200) throw new Error(`${url.host} answered ${answer.status} to the request for a token`)
  const body: unknown = JSON.parse(answer.body.toString('utf8'))
  const token = isRecord(body) ? (body['token'] ?? body['access_token']) : undefined
  if (typeof token !== 'string') throw new Error(`${url.host} answered without a token`)
  return `Bearer ${token}`
}
