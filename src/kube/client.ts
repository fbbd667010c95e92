/** The interface through which everything reaches a Kubernetes API server. Implementations: `http-client.ts`. */
import type { GroupKind, KubeObject, ObjectRef } from './object.ts'

/** One served resource, as discovery tells it. */
export interface ApiResource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly subresources: readonly string[]
}

/** A snapshot of what the server serves. */
export interface Discovery {
  /** The resource of a kind at a version, or at the preferred version. */
  resource(kind: GroupKind, version?: string): ApiResource | undefined
  /** Every resource at its preferred version. */
  all(): readonly ApiResource[]
  /** `v1.35.2`. */
  readonly gitVersion: string
  /** `v1`, `apps/v1`, `apps/v1/Deployment`, ...: what `helm template --api-versions` wants. */
  apiVersions(): readonly string[]
  /** Group versions whose discovery failed; their kinds are unknown, which never means gone. */
  readonly failures: readonly { readonly groupVersion: string; readonly message: string }[]
}

export interface ListOptions {
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  /** Objects per page; default 500. */
  pageSize?: number
}

export interface ListPage {
  items: KubeObject[]
  resourceVersion: string
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  object: KubeObject
}

export interface ApplyOptions {
  fieldManager: string
  force?: boolean
  dryRun?: boolean
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
}

export interface ApplyResult {
  object: KubeObject
  /** True when the server answered 201. */
  created: boolean
  warnings: readonly string[]
}

export interface DeleteOptions {
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan'
  gracePeriodSeconds?: number
  /** Delete only this incarnation. */
  uid?: string
  dryRun?: boolean
}

/** Requests sent since start. A dry run changes nothing and counts as `other`. Retries count each time. */
export interface RequestCounters {
  mutating: number
  other: number
}

/**
 * Every call throws ApiError (the server said no) or ConnectionError (no answer) after the client's own retries of 429, 5xx and
 * connection failures have ended; an aborted signal rejects with the signal's reason.
 */
export interface KubeClient extends AsyncDisposable {
  /** How people know this cluster: the context name, or the server's URL. */
  readonly name: string
  readonly server: string
  readonly counters: Readonly<RequestCounters>
  /** The cached snapshot; the first call reads it. */
  discovery(signal?: AbortSignal): Promise<Discovery>
  /** Reads it anew, for example after a CRD was applied. Concurrent calls share one read. */
  rediscover(signal?: AbortSignal): Promise<Discovery>
  get(resource: ApiResource, namespace: string, name: string, signal?: AbortSignal): Promise<KubeObject>
  /** Pages through a list; items carry apiVersion and kind. */
  list(resource: ApiResource, options?: ListOptions, signal?: AbortSignal): AsyncIterable<ListPage>
  /** One watch connection; ends when the server closes it; throws ApiError 410 (Expired) when the version is too old. */
  watch(
    resource: ApiResource,
    options: ListOptions & { resourceVersion: string },
    signal?: AbortSignal,
  ): AsyncIterable<WatchEvent>
  /** Server-side apply. The object's apiVersion decides the endpoint. */
  apply(resource: ApiResource, object: KubeObject, options: ApplyOptions, signal?: AbortSignal): Promise<ApplyResult>
  create(
    resource: ApiResource,
    object: KubeObject,
    options?: { dryRun?: boolean; fieldManager?: string },
    signal?: AbortSignal,
  ): Promise<KubeObject>
  /** PUT: needs metadata.resourceVersion for optimistic locking. */
  replace(
    resource: ApiResource,
    object: KubeObject,
    options?: { dryRun?: boolean; fieldManager?: string },
    signal?: AbortSignal,
  ): Promise<KubeObject>
  /** JSON merge patch. */
  patch(
    resource: ApiResource,
    ref: Pick<ObjectRef, 'namespace' | 'name'>,
    body: unknown,
    options?: { fieldManager?: string },
    signal?: AbortSignal,
  ): Promise<KubeObject>
  /** Resolves when the server accepted the delete; finalizers may still hold the object. A 404 throws ApiError. */
  delete(
    resource: ApiResource,
    ref: Pick<ObjectRef, 'namespace' | 'name'>,
    options?: DeleteOptions,
    signal?: AbortSignal,
  ): Promise<void>
  /** The last lines of a container's log, as text. */
  podLog(
    namespace: string,
    pod: string,
    options?: { container?: string; tailLines?: number; previous?: boolean },
    signal?: AbortSignal,
  ): Promise<string>
}
