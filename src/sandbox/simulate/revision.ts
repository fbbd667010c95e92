/** ControllerRevisions: the templates a StatefulSet or DaemonSet has had, one object each. */
import type { KubeObject } from '../../kube/object.ts'
import type { Context } from './controller.ts'
import { childrenOf, controllerManager, ownedBy } from './controller.ts'
import { templateHash } from './hash.ts'
import type { ControllerRevision, LabelSelector, PodTemplate } from './types.ts'

export const revisionLabel = 'controller-revision-hash'

interface Owner extends KubeObject {
  spec: { selector: LabelSelector; template: PodTemplate; revisionHistoryLimit?: number }
}

/** The name of the template's revision. */
export function revisionName(owner: Owner): string {
  return `${owner.metadata.name}-${templateHash(owner.spec.template)}`
}

/** Makes sure that the newest template has its revision, and lets go of the oldest beyond the limit, but never of those in use. */
export function keepRevisions(context: Context, owner: Owner, inUse: ReadonlySet<string>): ControllerRevision[] {
  const name = revisionName(owner)
  const known = childrenOf<ControllerRevision>(context, owner, 'ControllerRevision')
  const newest = known.reduce((highest, one) => Math.max(highest, one.revision), 0)
  const current = known.find((one) => one.metadata.name === name)
  if (current === undefined) known.push(create(context, owner, name, newest + 1))
  else if (current.revision < newest) {
    context.cluster.update({ ...current, revision: newest + 1 }, controllerManager)
  }
  const limit = owner.spec.revisionHistoryLimit ?? 10
  const idle = known
    .filter((one) => one.metadata.name !== name && !inUse.has(one.metadata.name ?? ''))
    .sort((a, b) => a.revision - b.revision)
  for (const one of idle.slice(0, Math.max(0, idle.length - limit))) {
    const namespace = one.metadata.namespace ?? ''
    context.cluster.delete({ group: 'apps', kind: 'ControllerRevision', namespace, name: one.metadata.name ?? '' })
  }
  return known
}

function create(context: Context, owner: Owner, name: string, revision: number): ControllerRevision {
  const labels = { ...owner.spec.template.metadata?.labels, [revisionLabel]: templateHash(owner.spec.template) }
  const object: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name, namespace: owner.metadata.namespace ?? '', labels, ownerReferences: ownedBy(owner) ?? [] },
    data: { spec: { template: owner.spec.template } },
    revision,
  }
  return context.cluster.create(object, controllerManager) as ControllerRevision
}
