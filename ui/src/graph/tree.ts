/** From an application to the nodes and edges of its graph: application, objects, and from those down to what makes it unwell. Pure. */
import type { ApplicationDetail } from '../../../src/api/views.ts'

type Ref = ApplicationDetail['resources'][number]['ref']

export interface TreeNode {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly words: string
  readonly tone: 'good' | 'bad' | 'busy' | 'plain'
}

export interface Tree {
  readonly nodes: readonly TreeNode[]
  readonly edges: readonly { readonly id: string; readonly source: string; readonly target: string }[]
}

const rootId = 'application'
const idOf = (ref: Ref) => `${ref.group}/${ref.kind}/${ref.namespace}/${ref.name}`

function toneOf(health: string, sync: string): TreeNode['tone'] {
  if (health === 'Degraded' || health === 'Missing') return 'bad'
  if (health === 'Progressing' || sync === 'OutOfSync') return 'busy'
  return health === 'Healthy' || health === '' ? 'good' : 'plain'
}

export function treeOf(app: ApplicationDetail): Tree {
  const nodes = new Map<string, TreeNode>()
  const edges = new Map<string, Tree['edges'][number]>()
  const link = (source: string, target: string) =>
    edges.set(`${source} ${target}`, { id: `${source} ${target}`, source, target })
  nodes.set(rootId, {
    id: rootId,
    kind: 'Application',
    name: app.name,
    words: `${app.sync.status}, ${app.health.status}`,
    tone: toneOf(app.health.status, app.sync.status),
  })
  for (const { ref, sync, health, wave } of app.resources) {
    const words = [sync, health, `wave ${wave}`].filter((word) => word !== '').join(', ')
    nodes.set(idOf(ref), { id: idOf(ref), kind: ref.kind, name: ref.name, words, tone: toneOf(health, sync) })
    link(rootId, idOf(ref))
  }
  const { cause } = app.health
  let owner = ''
  for (const ref of cause?.chain.toReversed() ?? []) {
    const id = idOf(ref)
    const words = cause !== undefined && id === idOf(cause.ref) ? cause.reason : 'on the way to the cause'
    if (!nodes.has(id)) nodes.set(id, { id, kind: ref.kind, name: ref.name, words, tone: 'bad' })
    if (owner !== '') link(owner, id)
    owner = id
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}
