/** What every cluster has from the start. Effects: writes to the store. */
import { DEFAULT_ROLES } from './access/default-roles.ts'
import type { ClusterState } from './cluster-state.ts'
import { clone } from './values.ts'
import { createObject } from './write.ts'

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** Creates what is missing; a restored sandbox has it already. */
export function bootstrap(state: ClusterState): void {
  const namespaces = state.resources.find('', 'v1', 'namespaces')
  const classes = state.resources.find('storage.k8s.io', 'v1', 'storageclasses')
  const services = state.resources.find('', 'v1', 'services')
  const manager = 'kube-apiserver'
  for (const name of NAMESPACES) {
    if (namespaces === undefined || state.store.get('/namespaces', '', name) !== undefined) continue
    createObject(state, namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { manager })
  }
  if (classes !== undefined && state.store.get(classes.storageKey, '', 'standard') === undefined) {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' }
    createObject(
      state,
      classes,
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: 'standard', annotations },
        provisioner: 'sandbox.halcyon.dev/memory',
      },
      { manager },
    )
  }
  if (services !== undefined && state.store.get('/services', 'default', 'kubernetes') === undefined) {
    createObject(
      state,
      services,
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          name: 'kubernetes',
          namespace: 'default',
          labels: { component: 'apiserver', provider: 'kubernetes' },
        },
        spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 443 }] },
      },
      { manager },
    )
  }
  for (const object of DEFAULT_ROLES) {
    const resource = state.resources.ofKind({ group: 'rbac.authorization.k8s.io', kind: object.kind })
    if (resource === undefined || state.store.get(resource.storageKey, '', object.metadata.name ?? '') !== undefined)
      continue
    createObject(state, resource, clone(object), { manager })
  }
}
