/** What rendering takes and gives. Types only. An outside program (helm, kustomize) sits behind the same signature. */
import type { ApplicationSource } from '../../api/application.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { ReadEntry, SourceTree } from '../source/source.ts'

/** One source of an application with the tree it resolved to. A chart source (Helm or OCI repository) has no tree. */
export interface RenderSource {
  readonly spec: ApplicationSource
  /** Commit SHA, content hash, or chart version. */
  readonly revision: string
  readonly tree: SourceTree | undefined
}

export interface RenderRequest {
  readonly application: { readonly name: string; readonly namespace: string; readonly project: string }
  /** In the order of `spec.sources`. Sources with `ref` and without path or chart only lend their files. */
  readonly sources: readonly RenderSource[]
  /** spec.destination.namespace: release namespace for Helm, and the default of namespaced objects (applied later, by plan/). */
  readonly destinationNamespace: string
  readonly cluster: { readonly kubeVersion: string; readonly apiVersions: readonly string[] }
}

/** Where an object came from, as far as the renderer knows: for `why` and for messages. */
export interface Origin {
  readonly source: number
  readonly path: string
}

export interface RenderedObject {
  readonly object: KubeObject
  readonly origin: Origin
}

export interface RenderWarning {
  readonly reason: 'DuplicateKey' | 'RepeatedResource' | 'UnknownField' | 'Tool'
  readonly message: string
}

export interface RenderResult {
  readonly objects: readonly RenderedObject[]
  /** One read-set per source, in the order of the request; empty for chart sources. */
  readonly readSets: readonly (readonly ReadEntry[])[]
  readonly tools: readonly ('Directory' | 'Kustomize' | 'Helm' | 'Plugin')[]
  readonly warnings: readonly RenderWarning[]
  /** sha256 over tool versions, object ids of everything read, and parameters. Equal digests mean equal objects. */
  readonly digest: string
  /** True when nothing had to be run or parsed again. */
  readonly cached: boolean
}

/** Throws HalcyonError: PathNotFound, PathRefused, ManifestInvalid, RenderFailed, RenderTimedOut, ToolUnavailable, ChartUnavailable. */
export interface Renderer extends AsyncDisposable {
  render(request: RenderRequest, signal?: AbortSignal): Promise<RenderResult>
  /** Renders that did work (were not answered from a cache) since start. */
  readonly count: number
  /** Lets go of parsed manifests and results that are kept to save parsing them again. */
  dropCaches(): void
}

/** A chart or version range resolved against its repository, before rendering. */
export interface ChartResolver {
  /** The exact version that `targetRevision` means now. */
  resolve(source: ApplicationSource, signal?: AbortSignal): Promise<string>
}
