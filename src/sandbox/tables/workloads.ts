/** Deployments, ReplicaSets, StatefulSets, DaemonSets and their revisions. Pure. */
import type { Column } from './column.ts'
import { ageColumn, containerColumns, count, integer, nameColumn, selectorColumn, text, wide } from './column.ts'
import { at, numberAt, textAt } from './fields.ts'
import { labelsText } from './selector-text.ts'

const template = ['spec', 'template', 'spec']

const ready = text('Ready', (object) => {
  return `${numberAt(object, 'status', 'readyReplicas')}/${at(object, 'spec', 'replicas') ?? 1}`
})

export const deployments: readonly Column[] = [
  nameColumn,
  ready,
  text('Up-to-date', (object) => numberAt(object, 'status', 'updatedReplicas')),
  text('Available', (object) => numberAt(object, 'status', 'availableReplicas')),
  ageColumn,
  ...containerColumns(...template),
  selectorColumn('spec', 'selector'),
]

const replicaCounts = [
  integer('Desired', (object) => Number(at(object, 'spec', 'replicas') ?? 1)),
  count('Current', 'status', 'replicas'),
  count('Ready', 'status', 'readyReplicas'),
]

export const replicaSets: readonly Column[] = [
  nameColumn,
  ...replicaCounts,
  ageColumn,
  ...containerColumns(...template),
  selectorColumn('spec', 'selector'),
]

export const replicationControllers: readonly Column[] = [
  nameColumn,
  ...replicaCounts,
  ageColumn,
  ...containerColumns(...template),
  wide(text('Selector', (object) => labelsText(object, 'spec', 'selector'))),
]

export const statefulSets: readonly Column[] = [nameColumn, ready, ageColumn, ...containerColumns(...template)]

export const daemonSets: readonly Column[] = [
  nameColumn,
  count('Desired', 'status', 'desiredNumberScheduled'),
  count('Current', 'status', 'currentNumberScheduled'),
  count('Ready', 'status', 'numberReady'),
  count('Up-to-date', 'status', 'updatedNumberScheduled'),
  count('Available', 'status', 'numberAvailable'),
  text('Node Selector', (object) => labelsText(object, ...template, 'nodeSelector')),
  ageColumn,
  ...containerColumns(...template),
  selectorColumn('spec', 'selector'),
]

export const controllerRevisions: readonly Column[] = [
  nameColumn,
  text('Controller', (object) => {
    const owner = object.metadata.ownerReferences?.find((one) => one.controller === true)
    if (owner === undefined) return '<none>'
    const slash = owner.apiVersion.indexOf('/')
    const group = slash < 0 ? '' : `.${owner.apiVersion.slice(0, slash)}`
    return `${owner.kind.toLowerCase()}${group}/${owner.name}`
  }),
  text('Revision', (object) => textAt(object, ['revision'], '0')),
  ageColumn,
]
