/** What the random operations know of a kind: where it is served and pieces its objects are made of. Pure data. */
import type { Data } from '../data.ts'

export interface Kind {
  /** Served versions; the first is used most. */
  readonly apiVersions: readonly string[]
  readonly kind: string
  readonly plural: string
  readonly clusterScoped?: boolean
  /** The real server stores once more what it just stored, because reading fills in what writing did not: versions are not compared. */
  readonly settles?: boolean
  /** A valid object without metadata. */
  readonly base: Data
  /** Laid over the base or over what is there, one or several. Some are mistakes. */
  readonly pieces: readonly Data[]
  /** Laid over status through its subresource. */
  readonly status?: readonly Data[]
  readonly scale?: boolean
  /** Names that are tried besides the ordinary ones. */
  readonly names?: readonly string[]
  readonly jsonPatches?: readonly (readonly Data[])[]
  /** Bodies of strategic merge patches with directives. */
  readonly strategic?: readonly Data[]
}

/** Pieces that fit every kind. */
export const METADATA: readonly Data[] = [
  { metadata: { labels: { app: 'one' } } },
  { metadata: { labels: { app: 'two', tier: 'back' } } },
  { metadata: { labels: { tier: 'front' }, annotations: { note: 'a' } } },
  { metadata: { annotations: { note: 'b', 'example.com/other': '' } } },
  { metadata: { finalizers: ['example.com/hold'] } },
  { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } },
  { metadata: { labels: { app: 'not valid!' } } },
  { metadata: { labels: { 'bad key/': 'x' } } },
  { metadata: { annotations: { 'Bad Key': 'x' } } },
  { metadata: { labels: null } },
  { metadata: { annotations: null } },
  { metadata: { finalizers: null } },
  { metadata: { labels: {} } },
  { metadata: { unknownField: 1 } },
  { unknownTop: 1 },
  { metadata: { managedFields: [{}] } },
  { metadata: { managedFields: [] } },
  {
    metadata: {
      ownerReferences: [
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'a5d4d3b4-6a1d-4d56-9b1e-0f3a5c8e7d10' },
      ],
    },
  },
  {
    metadata: {
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          name: 'owner',
          uid: 'a5d4d3b4-6a1d-4d56-9b1e-0f3a5c8e7d10',
          controller: true,
          blockOwnerDeletion: true,
        },
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'second', uid: 'b5d4d3b4-6a1d-4d56-9b1e-0f3a5c8e7d11' },
      ],
    },
  },
  { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: '' }] } },
  { metadata: { generation: 7, uid: '' } },
]

export const METADATA_PATCHES: readonly (readonly Data[])[] = [
  [{ op: 'add', path: '/metadata/labels', value: { patched: 'yes' } }],
  [{ op: 'add', path: '/metadata/labels/app', value: 'json' }],
  [{ op: 'remove', path: '/metadata/labels/app' }],
  [{ op: 'replace', path: '/metadata/annotations', value: { note: 'json' } }],
  [
    { op: 'test', path: '/metadata/labels/app', value: 'one' },
    { op: 'replace', path: '/metadata/labels/app', value: 'tested' },
  ],
  [{ op: 'remove', path: '/metadata/finalizers' }],
  [{ op: 'bad', path: '/metadata' }],
]
